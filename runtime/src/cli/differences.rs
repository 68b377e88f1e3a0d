//! A comparison as a terminal takes it: what is first in full, and how many there are of the rest.

use std::collections::BTreeMap;
use std::fmt;

use crate::catalog::declaration::DeclaredKind;
use crate::outcome::comparison::{Comparison, Difference};

/// How many of each list are shown, unless all are asked for.
const SHOWN: usize = 50;

/// A comparison with no more of each list than people read.
pub(crate) struct Shown<'a> {
    pub(crate) comparison: &'a Comparison,
    most: usize,
}

impl<'a> Shown<'a> {
    pub(crate) fn first(comparison: &'a Comparison) -> Self {
        Shown { comparison, most: SHOWN }
    }

    pub(crate) fn all(comparison: &'a Comparison) -> Self {
        Shown { comparison, most: usize::MAX }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn cut<T: Clone>(all: &[T], most: usize) -> Vec<T> {
            all.iter().take(most).cloned().collect()
        }
        let Comparison { differences, undeclared, under_way, unbuilt } = self.comparison;
        let short = Comparison {
            differences: cut(differences, self.most),
            undeclared: cut(undeclared, self.most),
            under_way: cut(under_way, self.most),
            unbuilt: cut(unbuilt, self.most),
        };
        write!(f, "{short}")?;
        let rest = |count: usize| count.saturating_sub(self.most);
        for (what, count) in [
            ("not declared", rest(undeclared.len())),
            ("under way", rest(under_way.len())),
            ("not compared", rest(unbuilt.len())),
        ] {
            if count > 0 {
                writeln!(f, "and {count} more that are {what}")?;
            }
        }
        let hidden = differences.get(short.differences.len()..).unwrap_or_default();
        if !hidden.is_empty() {
            writeln!(f, "and {} more differences", hidden.len())?;
            counts(f, hidden)?;
        }
        if hidden.len() + rest(undeclared.len()) + rest(under_way.len()) + rest(unbuilt.len()) > 0 {
            writeln!(f, "help: `check --all` prints each of them, and `check --json` has them")?;
        }
        Ok(())
    }
}

/// The word with which the title of an object begins, `column users.email`.
fn kind(title: &str) -> &'static str {
    use DeclaredKind as Kind;
    const KINDS: [DeclaredKind; 19] = [
        Kind::Schema,
        Kind::Extension,
        Kind::Enum,
        Kind::Domain,
        Kind::Composite,
        Kind::Sequence,
        Kind::Function,
        Kind::Table,
        Kind::Column,
        Kind::Constraint,
        Kind::Index,
        Kind::Partition,
        Kind::View,
        Kind::MaterializedView,
        Kind::Trigger,
        Kind::Policy,
        Kind::RowSecurity,
        Kind::ReplicaIdentity,
        Kind::Grant,
    ];
    let begins = |word: &&str| title.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '));
    let words = KINDS.iter().map(|kind| kind.word());
    words.into_iter().find(|word| begins(word)).unwrap_or(Kind::Other.word())
}

/// Writes how many there are of each kind, and how they differ.
fn counts(f: &mut fmt::Formatter<'_>, differences: &[Difference]) -> fmt::Result {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for difference in differences {
        let how = match (&difference.declared, &difference.found) {
            (Some(_), None) => "declared and not there",
            (None, _) => "there and not declared",
            (Some(_), Some(_)) => "not as it is declared",
        };
        *counts.entry((kind(&difference.object), how)).or_default() += 1;
    }
    counts.iter().try_for_each(|((kind, how), count)| writeln!(f, "  {kind} {how}: {count}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::error::{Detail, Error};

    fn difference(object: String, is_there: bool) -> Difference {
        Difference {
            object,
            declared: (!is_there).then(|| "a: text".to_owned()),
            found: is_there.then(|| "a: text".to_owned()),
            to_database: Vec::new(),
            to_code: Vec::new(),
        }
    }

    fn many() -> Comparison {
        let columns = (0..2000).map(|at| difference(format!("column t{at}.a"), at % 2 == 0));
        let views = (0..3).map(|at| difference(format!("materialized view v{at}"), false));
        let undeclared = (0..60).map(|at| format!("table s{at}")).collect();
        Comparison {
            differences: columns.chain(views).collect(),
            undeclared,
            ..Comparison::default()
        }
    }

    #[test]
    fn of_many_differences_the_first_are_shown_and_the_rest_is_counted() {
        let many = many();
        let text = Shown::first(&many).to_string();
        assert!(text.lines().count() < 200, "{text}");
        let expected = "and 10 more that are not declared\nand 1953 more differences\n  column \
            declared and not there: 975\n  column there and not declared: 975\n  materialized view \
            declared and not there: 3\nhelp: `check --all` prints each of them, and `check --json` \
            has them\n";
        assert!(text.ends_with(expected), "{text}");
        assert_eq!(Shown::all(&many).to_string(), many.to_string());
    }

    #[test]
    fn few_are_shown_as_they_are() {
        let few = Comparison {
            differences: vec![difference("column t.a".into(), true)],
            ..Comparison::default()
        };
        assert_eq!(Shown::first(&few).to_string(), few.to_string());
    }

    #[test]
    fn an_error_has_no_more_of_them() {
        let (migration, comparison) = ("m0001".to_owned(), Box::new(many()));
        let error = Error::new(Detail::NotAsDeclared { migration, comparison });
        let text = crate::cli::failure::Failure::from(error).to_string();
        assert!(text.lines().count() < 200 && text.contains("975") && text.contains("m0001"));
    }
}
