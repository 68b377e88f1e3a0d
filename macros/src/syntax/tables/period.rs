//! Rules by which partitions come and go with time: `monthly, ahead = 3, keep = "13 months", behind = drop`.

use std::fmt;

use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::{LitInt, LitStr};

use crate::diag::Errors;
use crate::syntax::words::list::{options, unknown, value};

/// How long a partition takes rows for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Period {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    Yearly,
}

/// Each with its word, its hours at most, and what stands behind the table in a partition's name.
const PERIODS: [(Period, &str, u64, &str); 6] = [
    (Period::Hourly, "hourly", 1, "_2027_01_31_23"),
    (Period::Daily, "daily", 24, "_2027_01_31"),
    (Period::Weekly, "weekly", 7 * 24, "_2027_w01"),
    (Period::Monthly, "monthly", 31 * 24, "_2027_01"),
    (Period::Quarterly, "quarterly", 92 * 24, "_2027_q1"),
    (Period::Yearly, "yearly", 366 * 24, "_2027"),
];

/// Those that PostgreSQL's intervals have, with their hours at most.
const UNITS: [(&str, u64); 5] =
    [("hour", 1), ("day", 24), ("week", 7 * 24), ("month", 31 * 24), ("year", 366 * 24)];

/// More partitions than these ahead would be locked by each statement that prunes none.
const MOST_AHEAD: u64 = 400;

impl Period {
    pub(crate) fn word(self) -> &'static str {
        self.row().1
    }

    fn hours(self) -> u64 {
        self.row().2
    }

    /// The most bytes by which a partition's name is longer than its table's.
    pub(crate) fn suffix(self) -> &'static str {
        self.row().3
    }

    fn row(self) -> (Period, &'static str, u64, &'static str) {
        PERIODS.into_iter().find(|(period, ..)| *period == self).unwrap_or(PERIODS[3])
    }
}

impl Parse for Period {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word: Ident = input.parse()?;
        let known = PERIODS.iter().find(|(_, known, ..)| word == known);
        let words = PERIODS.map(|(_, word, ..)| word);
        known.map(|(period, ..)| *period).ok_or_else(|| unknown("period", &word, &words))
    }
}

/// A rule as the plan has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PartitionRule {
    pub(crate) period: Period,
    /// How many periods after the present one have their partitions.
    pub(crate) ahead: u64,
    pub(crate) behind: Option<Behind>,
}

/// What becomes of partitions that are older than is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Behind {
    /// As an interval: `13 months`.
    pub(crate) keep: String,
    /// Whether they are dropped with their rows, and not left as tables of their own.
    pub(crate) drops: bool,
}

impl fmt::Display for PartitionRule {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ahead = {}", self.period.word(), self.ahead)?;
        let Some(Behind { keep, drops }) = &self.behind else { return Ok(()) };
        write!(f, ", keep = {keep:?}, behind = {}", if *drops { "drop" } else { "detach" })
    }
}

/// A rule as it was written.
pub(crate) struct WrittenRule {
    pub(crate) period: Period,
    /// Its word.
    pub(crate) span: Span,
    /// Where it says that partitions go.
    pub(crate) goes: Option<Span>,
    /// What it says, where that makes sense.
    pub(crate) rule: Option<PartitionRule>,
}

impl WrittenRule {
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let span = input.span();
        let period = input.parse()?;
        let (mut ahead, mut keep, mut behind) = (None, None, None);
        let before = errors.count();
        options(
            input,
            errors,
            &mut [
                ("ahead", &mut value(&mut ahead)),
                ("keep", &mut value(&mut keep)),
                ("behind", &mut value(&mut behind)),
            ],
        );
        if errors.count() > before {
            return Ok(WrittenRule { period, span, goes: None, rule: None });
        }
        let goes = behind.as_ref().map(Ident::span);
        let words = Words { period, span, ahead, keep, behind };
        Ok(WrittenRule { period, span, goes, rule: words.read(errors) })
    }
}

/// The words of a rule.
struct Words {
    period: Period,
    span: Span,
    ahead: Option<LitInt>,
    keep: Option<LitStr>,
    behind: Option<Ident>,
}

impl Words {
    fn read(&self, errors: &mut Errors) -> Option<PartitionRule> {
        let before = errors.count();
        let (ahead, behind) = (self.ahead(errors), self.behind(errors));
        let rule = PartitionRule { period: self.period, ahead: ahead?, behind };
        (errors.count() == before).then_some(rule)
    }

    fn ahead(&self, errors: &mut Errors) -> Option<u64> {
        let Some(written) = &self.ahead else {
            errors
                .at(self.span, "nothing says how many partitions are there before they are needed")
                .help("ahead = 3");
            return None;
        };
        let ahead = written.base10_parse().ok().filter(|ahead| (1..=MOST_AHEAD).contains(ahead));
        if ahead.is_none() {
            errors
                .at(written.span(), format_args!("1 to {MOST_AHEAD} partitions are made ahead"))
                .note("without one, the rows of a period that begins are refused (23514)");
        }
        ahead
    }

    fn behind(&self, errors: &mut Errors) -> Option<Behind> {
        let (keep, behind) = match (&self.keep, &self.behind) {
            (None, None) => return None,
            (Some(keep), Some(behind)) => (keep, behind),
            (Some(keep), None) => {
                errors
                    .at(keep.span(), "nothing says what becomes of partitions that are older")
                    .help("behind = detach, or behind = drop");
                return None;
            }
            (None, Some(behind)) => {
                errors
                    .at(behind.span(), "nothing says for how long partitions are kept")
                    .help("keep = \"13 months\"");
                return None;
            }
        };
        let drops = behind == "drop";
        if !drops && behind != "detach" {
            errors.syntax(unknown("way", behind, &["detach", "drop"]));
            return None;
        }
        let Some(hours) = hours(&keep.value()) else {
            let units = UNITS.map(|(unit, _)| format!("{unit}s")).join("`, `");
            errors
                .at(keep.span(), format_args!("expected a number and one of `{units}`"))
                .help("keep = \"13 months\"");
            return None;
        };
        if hours < self.period.hours() {
            let word = self.period.word();
            errors
                .at(
                    keep.span(),
                    format_args!("{} is less than a {word} partition has", keep.value()),
                )
                .note("a partition goes when all of its rows are older than that");
        }
        Some(Behind { keep: keep.value(), drops })
    }
}

/// The hours of an interval at most, `13 months`; it is no other text than that.
fn hours(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 =
        number.parse().ok().filter(|number| is_number && (1..=100_000).contains(number))?;
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    UNITS.iter().find(|(known, _)| *known == unit).map(|(_, hours)| number * hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_number_and_a_unit_and_nothing_else() {
        assert_eq!(hours("13 months"), Some(13 * 31 * 24));
        assert_eq!(hours("1 day"), Some(24));
        for text in ["", "13", "months", "+13 months", "13 months'", "1 day 2 hours", "0 days"] {
            assert_eq!(hours(text), None, "{text}");
        }
    }

    #[test]
    fn the_longest_suffix_is_that_of_its_word() {
        for (period, word, ..) in PERIODS {
            assert_eq!(period.word(), word);
            assert!(period.suffix().starts_with("_2027"));
        }
    }
}
