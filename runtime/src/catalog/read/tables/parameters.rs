//! Storage parameters, `with(fillfactor = 70)`.

use crate::catalog::said;

/// Parameters by their names, in one order whoever set them.
pub(in crate::catalog::read) struct Parameters(Vec<(String, String)>);

/// Those that are on or off.
const SWITCHES: [&str; 5] =
    ["autosummarize", "autovacuum_enabled", "deduplicate_items", "fastupdate", "vacuum_truncate"];

/// Those whose values are words, `on` among them.
const WORDS: [&str; 2] = ["buffering", "vacuum_index_cleanup"];

impl Parameters {
    /// From a line each, `name=value`.
    pub(in crate::catalog::read) fn of(options: &str, prefix: &str) -> Parameters {
        let pairs = options.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned()));
        let mut all: Vec<(String, String)> = pairs.collect();
        all.sort();
        Parameters(all)
    }

    pub(in crate::catalog::read) fn and(mut self, others: Parameters) -> Parameters {
        self.0.extend(others.0);
        self
    }

    pub(in crate::catalog::read) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out those that the macros do not know.
    pub(in crate::catalog::read) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(at).1)
    }

    /// As they are written in a macro, without their parentheses.
    pub(in crate::catalog::read) fn said(&self) -> String {
        let said =
            self.0.iter().map(|(name, value)| format!("{name} = {}", value_said(name, value)));
        said.collect::<Vec<_>>().join(", ")
    }
}

fn value_said(name: &str, value: &str) -> String {
    let lower = value.to_lowercase();
    let own = name.strip_prefix("toast.").unwrap_or(name);
    if WORDS.contains(&own) {
        return said::text(&lower);
    }
    if SWITCHES.contains(&own) {
        // The server takes any beginning of these that is no other's.
        let is_on = ["on", "1"].contains(&lower.as_str())
            || ["true", "yes"].iter().any(|word| !lower.is_empty() && word.starts_with(&lower));
        return is_on.to_string();
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.matches('.').count() < 2;
    if is_number { value.to_owned() } else { said::text(value) }
}
