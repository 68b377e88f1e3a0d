//! What is left to the background, and who has to wait for it.

use std::collections::BTreeSet;

use crate::migration::text::plan_text;
use crate::migration::{Change, Migration, Migrations, Phase};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// The migrations whose background has still to run, the oldest first.
pub(crate) fn left_in_background(history: &Migrations, ledger: &Ledger) -> Vec<&'static Migration> {
    let is_left =
        |one: &&Migration| one.has_background() && ledger.state(one.id) == State::Migrated;
    history.migrations.iter().copied().filter(is_left).collect()
}

/// Those of them that a later migration cannot begin without.
pub(crate) fn needed_first(
    history: &Migrations,
    ledger: &Ledger,
    migration: &Migration,
) -> Vec<&'static Migration> {
    let mut left = left_in_background(history, ledger);
    let place = |id: &str| history.migrations.iter().position(|one| one.id == id);
    left.retain(|one| place(one.id) < place(migration.id) && needs(migration, one));
    left
}

fn needs(later: &Migration, earlier: &Migration) -> bool {
    let in_background = |change: &Change| {
        let steps = change.steps.iter().filter(|step| step.phase == Phase::Background);
        steps.map(|step| plan_text(&step.work)).collect::<Vec<_>>().join("\n")
    };
    let texts: Vec<String> = earlier.changes().iter().map(in_background).collect();
    later.changes().iter().any(|change| {
        let own: Vec<String> = change.steps.iter().map(|step| plan_text(&step.work)).collect();
        texts
            .iter()
            .any(|text| !text.is_empty() && touches(change.operation, &own.join("\n"), text))
    })
}

/// Tells whether a change may need what a statement in the background makes: where it is about the
/// whole of its table, or about another thing that the statement names. In one migration what is left
/// to the background is written last (`macros/src/check/background.rs`).
fn touches(operation: &str, own: &str, background: &str) -> bool {
    // What they read nobody knows.
    if matches!(operation, "sql" | "refresh_materialized_view") {
        return true;
    }
    let (own, other) = (Names::of(own), Names::of(background));
    let is_whole = !operation.starts_with("create_")
        && ["_table", "_partition", "_logged", "_unlogged"]
            .iter()
            .any(|end| operation.ends_with(end));
    let meet =
        |one: &BTreeSet<&str>, other: &BTreeSet<&str>| one.intersection(other).next().is_some();
    let same_part = meet(&other.parts, &own.words) || meet(&own.parts, &other.words);
    meet(&own.tables, &other.parts) || meet(&other.tables, &own.words) && (is_whole || same_part)
}

/// Tells whether a text of SQL has a name as a word, or quoted.
pub(super) fn names_word(text: &str, name: &str) -> bool {
    Names::of(text).words.contains(name)
}

/// The names in a text of SQL: what we write is quoted, what users write may be.
#[derive(Default)]
struct Names<'a> {
    words: BTreeSet<&'a str>,
    /// What stands behind a schema.
    tables: BTreeSet<&'a str>,
    /// What is quoted besides.
    parts: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(text: &'a str) -> Self {
        let pieces: Vec<&str> = text.split('"').collect();
        let mut names = Names::default();
        let is_dot = |at: usize| pieces.get(at).is_some_and(|piece| *piece == ".");
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 0 {
                let words = piece.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                names.words.extend(words.filter(|word| !word.is_empty()));
            } else if !is_dot(at + 1) {
                // A schema says nothing of what is in it.
                names.words.insert(piece);
                let is_qualified = at > 0 && is_dot(at - 1);
                if is_qualified { &mut names.tables } else { &mut names.parts }.insert(piece);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str =
        "create index concurrently \"users_email_idx\" on \"public\".\"users\" (\"email\")";
    const FILL: &str =
        "update \"public\".\"users\" set \"label\" = lower(name) where label is null";

    #[test]
    fn a_change_waits_for_what_it_may_need_and_for_nothing_else() {
        let other_column = "alter table \"public\".\"users\" add column \"plan\" text";
        assert!(!touches("add_column", other_column, INDEX));
        assert!(!touches("add_column", other_column, FILL));
        let other_table = "alter table \"public\".\"orders\" drop column \"email\"";
        assert!(!touches("drop_column", other_table, INDEX));
        let same = "alter table \"public\".\"users\" alter column \"label\" set not null";
        assert!(touches("set_not_null", same, FILL));
        let by_hand = "alter table \"public\".\"users\" add constraint \"c\" check (label <> '')";
        assert!(touches("add_check", by_hand, FILL));
        assert!(touches("drop_column", "alter table \"public\".\"users\" drop \"name\"", FILL));
        assert!(touches("drop_index", "drop index \"public\".\"users_email_idx\"", INDEX));
        assert!(touches("rename_table", "alter table \"public\".\"users\" rename to \"u\"", INDEX));
        assert!(touches("sql", "select 1", INDEX));
    }
}
