//! What a database has once whatever its schemas, as a publication: it is built under another name.

use super::words::Word;

/// The words that stand before the name of such an object, and in front of its title.
const KINDS: [&[&str]; 5] = [
    &["publication"],
    &["event", "trigger"],
    &["foreign", "data", "wrapper"],
    &["server"],
    &["language"],
];

/// Names by which the objects of a history are built, and which nothing else has.
#[derive(Debug, Default)]
pub(super) struct Once {
    names: Vec<OtherName>,
}

#[derive(Debug)]
struct OtherName {
    kind: usize,
    name: String,
    ours: String,
}

impl Once {
    /// Those of all objects that these statements make.
    pub(super) fn of<'a>(statements: impl Iterator<Item = Vec<Word<'a>>>, prefix: &str) -> Once {
        let mut once = Once::default();
        for (kind, name) in statements.filter_map(|words| made(&words)) {
            let ours = format!("{prefix}o{}", once.names.len());
            once.names.push(OtherName { kind, name, ours });
        }
        once
    }

    /// The name that stands for this one, which the words before it say the kind of.
    pub(super) fn ours(&self, name: &str, before: &[Word<'_>]) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let is_between = |word: &str| ["if", "not", "exists"].contains(&word);
        let before = before.iter().rev().filter(|word| !word.is_blank());
        let before: Vec<String> = before
            .map(|word| word.name().unwrap_or_default())
            .skip_while(|word| is_between(word))
            .take(3)
            .collect();
        let is_it = |other: &&OtherName| {
            other.name == name
                && KINDS[other.kind].iter().rev().eq(before.iter().take(KINDS[other.kind].len()))
        };
        self.names.iter().find(is_it).map(|other| other.ours.as_str())
    }

    /// Each name, with the one that stands for it, the longest of these first.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().rev().map(|other| (other.name.as_str(), other.ours.as_str()))
    }

    /// The title by which the object has its own name, if it is that of one of ours: it is not quoted.
    pub(super) fn title(&self, text: &str) -> Option<String> {
        self.names.iter().find_map(|other| {
            let kind = KINDS[other.kind].join(" ");
            let is_it = text.strip_prefix(&kind)?.strip_prefix(' ')? == other.ours;
            is_it.then(|| format!("{kind} {}", other.name))
        })
    }
}

/// Returns what the statement makes, if it is something that a database has once.
fn made(words: &[Word<'_>]) -> Option<(usize, String)> {
    const BETWEEN: [&str; 4] = ["or", "replace", "trusted", "procedural"];
    let mut words = words.iter().filter(|word| !word.is_blank());
    words.next().and_then(|word| word.name()).filter(|word| word == "create")?;
    let words: Vec<String> = words
        .map(|word| word.name().unwrap_or_default())
        .skip_while(|word| BETWEEN.contains(&word.as_str()))
        .take(7)
        .collect();
    let kind = KINDS
        .iter()
        .position(|kind| words.len() > kind.len() && kind.iter().eq(&words[..kind.len()]))?;
    let is_between = |word: &&String| ["if", "not", "exists"].contains(&word.as_str());
    let name = words[KINDS[kind].len()..].iter().find(|word| !is_between(word))?;
    Some((kind, name.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn what_a_database_has_once_is_found() {
        for (sql, expected) in [
            ("create publication \"A b\" for table t", Some((0, "A b"))),
            ("CREATE EVENT TRIGGER watch on x", Some((1, "watch"))),
            ("create foreign data wrapper wrapper", Some((2, "wrapper"))),
            ("create server if not exists far foreign data wrapper w", Some((3, "far"))),
            ("create or replace trusted language own", Some((4, "own"))),
            ("create foreign table t () server far", None),
            ("create function f() returns int language sql as 'select 1'", None),
            ("alter publication p add table t", None),
            ("create trigger t before insert on publication", None),
        ] {
            let expected = expected.map(|(kind, name): (usize, &str)| (kind, name.to_owned()));
            assert_eq!(made(&words(sql)), expected, "{sql}");
        }
    }
}
