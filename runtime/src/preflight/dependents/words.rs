//! Names as words of a text: all that can be said where nothing parses it.

use crate::migration::{Dropped, ObjectKind};
use crate::session::sql::quote_literal;

/// What goes under a name that somebody may write.
pub(super) struct Words<'a> {
    /// The table's name, or the object's own.
    pub(super) object: &'a str,
    /// The column's.
    pub(super) column: Option<&'a str>,
    /// Both, as messages have them.
    pub(super) shown: String,
}

/// Returns what of all that goes can be written in a statement or in the body of a function.
pub(super) fn words<'a>(dropped: &[&'a Dropped]) -> Vec<Words<'a>> {
    let written = dropped.iter().filter_map(|one| {
        // `"schema"."name"`, and no name has a quote in it.
        let object = one.name.split('"').nth(3)?;
        match one.kind {
            ObjectKind::Column | ObjectKind::ReplacedColumn => {
                let shown = format!("{}.\"{}\"", one.name, one.part);
                Some(Words { object, column: Some(one.part), shown })
            }
            ObjectKind::Table | ObjectKind::Relation | ObjectKind::Function => {
                Some(Words { object, column: None, shown: one.name.to_owned() })
            }
            _ => None,
        }
    });
    written.collect()
}

/// The condition that a text has a name as a word of its own, in whichever case.
pub(crate) fn has(text: &str, name: &str) -> String {
    let escaped: String = name
        .chars()
        .flat_map(|c| {
            let backslash =
                (c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_').then_some('\\');
            backslash.into_iter().chain([c])
        })
        .collect();
    let word = format!("(?<![[:alnum:]_$]){escaped}(?![[:alnum:]_$])");
    format!("{text} ~* {}", quote_literal(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_pattern() {
        assert_eq!(has("t", "a.b*"), r"t ~* e'(?<![[:alnum:]_$])a\\.b\\*(?![[:alnum:]_$])'");
        assert!(has("t", "it's_ünder").contains(r"it\\''s_ünder"));
    }

    #[test]
    fn what_nobody_writes_has_no_words() {
        let name = r#""public"."users""#;
        let of = |kind, part| Dropped { kind, name, part, with: &[] };
        let all = [
            of(ObjectKind::Column, "username"),
            of(ObjectKind::Trigger, "zzz"),
            of(ObjectKind::Relation, ""),
        ];
        let all: Vec<&Dropped> = all.iter().collect();
        let found = words(&all);
        let shown: Vec<&str> = found.iter().map(|one| one.shown.as_str()).collect();
        assert_eq!(shown, [r#""public"."users"."username""#, name]);
        assert!(found.iter().all(|one| one.object == "users"));
    }
}
