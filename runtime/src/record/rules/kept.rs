//! Which rules for partitions are in force: the last of each table, as far as this build knows of all that
//! has become of that.

use super::background::names_word;
use crate::migration::text::plan_text;
use crate::migration::{KeptPartitions, Migration, Migrations, PartitionRule, Phase};
use crate::outcome::status::State;
use crate::record::ledger::Ledger;

/// A rule that is in force.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    /// The migration that it is of.
    pub(crate) migration: &'static str,
    /// The table, quoted and schema-qualified.
    pub(crate) table: &'static str,
    pub(crate) rule: PartitionRule,
    /// A migration that is about the table and not at its end: until then what is old stays.
    pub(crate) under_way: Option<&'static str>,
}

/// The rules of a history in a database that remembers this of it. A table that a migration which this
/// build does not know is about is left to newer builds: that may have ended its rule.
pub(crate) fn kept(history: &Migrations, ledger: &Ledger) -> Vec<Kept> {
    let unknown = || ledger.unknown(history).flat_map(|one| &one.steps);
    let mut kept = last(history, |migration| ledger.state(migration.id));
    kept.retain(|one| !unknown().any(|step| names_word(&step.sql, bare(one.table))));
    for one in &mut kept {
        one.under_way = about(history, one.table, |migration| {
            let state = ledger.state(migration.id);
            state != State::Pending && state != migration.end()
        });
    }
    kept
}

/// The rules of a history of which nothing is left to do.
pub(crate) fn kept_when_settled(history: &Migrations) -> Vec<Kept> {
    let mut kept = last(history, Migration::end);
    for one in &mut kept {
        // A contract that nobody declares yet is nothing to do, and still to come.
        one.under_way = about(history, one.table, |migration| {
            migration.has_contract() && history.declaring(migration.id, Phase::Contract).is_none()
        });
    }
    kept
}

/// The first of these migrations that is about a table.
fn about(
    history: &Migrations,
    table: &str,
    is: impl Fn(&Migration) -> bool,
) -> Option<&'static str> {
    let is_about = |migration: &Migration| {
        let mut steps = migration.changes().iter().flat_map(|change| change.steps);
        steps.any(|step| names_word(&plan_text(&step.work), bare(table)))
    };
    let mut all = history.migrations.iter();
    all.find(|migration| is(migration) && is_about(migration)).map(|migration| migration.id)
}

/// The last rule of each table among the migrations that have begun, where that is done.
fn last(history: &Migrations, state: impl Fn(&Migration) -> State) -> Vec<Kept> {
    let mut last: Vec<(&'static str, &KeptPartitions, State)> = Vec::new();
    for migration in history.migrations {
        for kept in migration.kept_partitions() {
            let state = state(migration);
            if state != State::Pending {
                last.retain(|(_, earlier, _)| earlier.table != kept.table);
                last.push((migration.id, kept, state));
            }
        }
    }
    let in_force = last.into_iter().filter_map(|(migration, kept, state)| {
        let is_done = (State::Migrated..=State::Contracted).contains(&state);
        let rule = kept.rule.filter(|_| is_done)?;
        Some(Kept { migration, table: kept.table, rule, under_way: None })
    });
    in_force.collect()
}

/// `events` of `"public"."events"`.
fn bare(table: &str) -> &str {
    let name = table.rsplit_once("\".\"").map_or(table, |(_, name)| name);
    name.trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Period;
    use crate::migration::mock::{TABLE, with_rule};
    use crate::record::ledger::Recorded;

    const MONTHLY: PartitionRule =
        PartitionRule { period: Period::Monthly, ahead: 3, behind: None };

    fn remember(ledger: &mut Ledger, id: &str, state: State) {
        ledger.push(Recorded {
            id: id.to_owned(),
            parent: None,
            state,
            plan_version: Some(1),
            steps: Vec::new(),
            was_before_squash: false,
        });
    }

    /// What is in force of migrations with these rules, where one that the build does not know is about
    /// that table.
    fn in_force(
        rules: &[(Option<PartitionRule>, State)],
        unknown: Option<&'static str>,
    ) -> Vec<(&'static str, u64)> {
        let (mut ledger, mut migrations) = (Ledger::default(), Vec::new());
        for (id, (rule, state)) in ["m1", "m2"].into_iter().zip(rules) {
            let migration: &'static Migration = Box::leak(Box::new(with_rule(id, TABLE, *rule)));
            migrations.push(migration);
            remember(&mut ledger, id, *state);
        }
        if let Some(table) = unknown {
            remember(&mut ledger, "m9", State::Migrated);
            ledger.plan(&with_rule("m9", table, None), Phase::Migrate, 0);
        }
        let history = Migrations { migrations: migrations.leak(), schema: &[], names: &[] };
        kept(&history, &ledger).iter().map(|one| (one.migration, one.rule.ahead)).collect()
    }

    #[test]
    fn the_last_rule_that_is_done_is_in_force() {
        let five = Some(PartitionRule { ahead: 5, ..MONTHLY });
        let (three, done) = ((Some(MONTHLY), State::Migrated), State::Migrated);
        assert_eq!(in_force(&[three], None), [("m1", 3)]);
        assert_eq!(in_force(&[three, (five, done)], None), [("m2", 5)]);
        assert_eq!(in_force(&[three, (five, State::Pending)], None), [("m1", 3)]);
        for state in [State::Migrating, State::Expanded, State::Undoing] {
            assert_eq!(in_force(&[three, (five, state)], None), []);
        }
        assert_eq!(in_force(&[three, (None, done)], None), []);
    }

    #[test]
    fn a_build_leaves_a_table_to_a_newer_one_that_is_about_it() {
        let rules = [(Some(MONTHLY), State::Migrated)];
        assert_eq!(in_force(&rules, Some(TABLE)), []);
        assert_eq!(in_force(&rules, Some("\"public\".\"others\"")), [("m1", 3)]);
    }
}
