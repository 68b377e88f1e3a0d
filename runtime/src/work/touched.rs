//! What the steps of a phase are going to touch.

use std::collections::BTreeSet;

use crate::migration::{
    Backfill, Compaction, Convert, Dropped, Effect, KnownColumn, LockMode, Removal, Rights,
    Statement, Step, TableLock, Work,
};
use crate::session::sql::{quote_literal, tree};

/// The rows that a step fills, removes or moves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fill {
    Backfill(Backfill),
    Convert(Convert),
    Removal(Removal),
    Compaction(Compaction),
}

impl Fill {
    pub(crate) fn table(&self) -> &'static str {
        match self {
            Fill::Backfill(backfill) => backfill.table,
            Fill::Convert(convert) => convert.table,
            Fill::Removal(removal) => removal.table,
            Fill::Compaction(compaction) => compaction.table,
        }
    }
}

/// What runs before a step, as far as that has to be known of it.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// The relations that it makes or locks.
    named: BTreeSet<&'static str>,
    /// Whether it may have made others.
    is_unknown: bool,
}

impl Earlier {
    fn note(&mut self, statement: &Statement) {
        self.named.extend(statement.locks.iter().map(|lock| lock.table));
        for effect in statement.effects {
            match effect {
                Effect::Makes(name) => drop(self.named.insert(name)),
                Effect::Unknown => self.is_unknown = true,
                _ => {}
            }
        }
    }

    fn has(&self, table: &str) -> bool {
        self.is_unknown || self.named.contains(table)
    }
}

/// Columns that a table gets.
#[derive(Debug)]
pub(crate) struct Adding {
    pub(crate) table: &'static str,
    pub(crate) count: usize,
    /// Whether the server gives one of them a value in the rows that are there.
    pub(crate) has_default: bool,
}

/// Tables by their names in the plan, quoted and schema-qualified.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Every table, with the strongest lock that is taken of it.
    pub(crate) locks: Vec<TableLock>,
    /// How many statements reach all partitions of a table under one lock that keeps clients out, at
    /// most.
    pub(crate) reached: Vec<(&'static str, usize)>,
    /// Those that have to be there before the phase begins.
    pub(crate) expected: Vec<&'static str>,
    pub(crate) fills: Vec<Fill>,
    /// Those of them whose table no earlier step changes.
    pub(crate) settled: Vec<Fill>,
    /// Tables that an index is built on, and the index.
    pub(crate) builds: Vec<(&'static str, &'static str)>,
    /// Tables whose rows the phase after this one fills.
    pub(crate) filled_later: Vec<&'static str>,
    /// Tables that an index is built on in the phase after this one.
    pub(crate) built_later: Vec<&'static str>,
    /// Tables whose columns or constraints `alter table` changes.
    pub(crate) altered: Vec<&'static str>,
    pub(crate) adds: Vec<Adding>,
    /// The columns that it changes, as they should be.
    pub(crate) columns: Vec<&'static KnownColumn>,
    /// What has to be there, and the names that have to be free.
    pub(crate) needs: Vec<&'static Dropped>,
    pub(crate) makes: Vec<&'static Dropped>,
    /// What a contract drops.
    pub(crate) goes: Vec<&'static Dropped>,
    /// Those of them whose keys are copied.
    pub(crate) copied: Vec<&'static KnownColumn>,
    /// Tables that get another name.
    pub(crate) renamed: Vec<&'static str>,
    /// What it gives to roles and takes back from them.
    pub(crate) rights: Vec<&'static Rights>,
    /// Whether a statement outside transactions waits for older snapshots.
    pub(crate) waits: bool,
}

impl Touched {
    pub(crate) fn statement(&mut self, statement: &Statement, earlier: &mut Earlier) {
        for lock in statement.locks {
            if statement.effects.iter().any(|effect| may_miss(effect, lock.table)) {
                self.lock(*lock);
            } else {
                self.table(lock.table, lock.mode, earlier);
            }
        }
        self.rights.extend(statement.rights);
        statement.effects.iter().for_each(|effect| self.effect(*effect));
        earlier.note(statement);
    }

    /// Notes what a transaction does under locks that keep clients out.
    pub(crate) fn together(&mut self, statements: &[Statement]) {
        let locks = || statements.iter().flat_map(|statement| statement.locks);
        for lock in locks().filter(|lock| lock.mode.blocks_clients()) {
            let of_it =
                |other: &&TableLock| other.table == lock.table && other.mode.blocks_clients();
            let count = locks().filter(of_it).count();
            match self.reached.iter_mut().find(|(table, _)| *table == lock.table) {
                Some((_, most)) => *most = count.max(*most),
                None => self.reached.push((lock.table, count)),
            }
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Alters(table) if !self.altered.contains(&table) => self.altered.push(table),
            Effect::Renames(table) => self.renamed.push(table),
            Effect::AddsColumn { table, has_default } => {
                match self.adds.iter_mut().find(|known| known.table == table) {
                    Some(known) => {
                        known.count += 1;
                        known.has_default |= has_default;
                    }
                    None => self.adds.push(Adding { table, count: 1, has_default }),
                }
            }
            _ => {}
        }
    }

    /// Notes what the phase after this one fills and builds.
    pub(crate) fn foresee(&mut self, later: &[&'static Step]) {
        self.filled_later.extend(later.iter().filter_map(|step| step.work.walks()));
        self.built_later.extend(later.iter().filter_map(|step| match step.work {
            Work::BuildIndex(index) => Some(index.table),
            _ => None,
        }));
    }

    pub(crate) fn fill(&mut self, fill: Fill, earlier: &Earlier) {
        let table = fill.table();
        self.table(table, LockMode::RowExclusive, earlier);
        self.fills.push(fill);
        if !earlier.has(table) {
            self.settled.push(fill);
        }
    }

    pub(crate) fn table(&mut self, table: &'static str, mode: LockMode, earlier: &Earlier) {
        self.lock(TableLock { table, mode });
        if !earlier.has(table) && !self.expected.contains(&table) {
            self.expected.push(table);
        }
    }

    fn lock(&mut self, lock: TableLock) {
        match self.locks.iter_mut().find(|known| known.table == lock.table) {
            Some(known) => known.mode = known.mode.max(lock.mode),
            None => self.locks.push(lock),
        }
    }

    pub(crate) fn writes_much(&self) -> bool {
        !self.fills.is_empty() || !self.builds.is_empty()
    }

    /// The locks that a vacuum which does not give way is in the way of.
    pub(crate) fn locks_out_vacuum(&self) -> bool {
        self.locks.iter().any(|lock| lock.mode >= LockMode::ShareUpdateExclusive)
    }

    /// All tables with their partitions, as a query with a column `relid`.
    pub(crate) fn relations(&self) -> String {
        relations(self.locks.iter().map(|lock| lock.table))
    }
}

/// These tables and their partitions, as a query with a column `relid`; those that are not there
/// are left out.
pub(crate) fn relations<'a>(tables: impl Iterator<Item = &'a str>) -> String {
    let names = array(tables);
    format!(
        "select r.relid from unnest({names}) as n (name) cross join lateral ({}) r \
         where r.relid is not null",
        tree("pg_catalog.to_regclass(n.name)")
    )
}

/// Texts as an array.
pub(crate) fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(quote_literal).collect();
    format!("array[{}]::text[]", texts.join(", "))
}

/// Tells whether a relation may be missing when a statement with this effect begins.
fn may_miss(effect: &Effect, name: &str) -> bool {
    match effect {
        Effect::Makes(made) | Effect::IfThere(made) => *made == name,
        Effect::Unknown => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::{Course, Path, Phase};
    use crate::work::touched_by;

    const USERS: &[TableLock] =
        &[TableLock { table: r#""public"."users""#, mode: LockMode::AccessExclusive }];
    const ORDERS: &[TableLock] =
        &[TableLock { table: r#""public"."orders""#, mode: LockMode::Share }];

    const fn statement(locks: &'static [TableLock], effects: &'static [Effect]) -> Statement {
        Statement {
            reads_rows: true,
            path: Path::Users,
            sql: "",
            locks,
            effects,
            only_if: None,
            rights: None,
            why: "",
        }
    }

    const fn step(work: Work) -> Step {
        Step { phase: Phase::Expand, why: "", work, undo: None, course: Course::Both }
    }

    fn earlier(statement: Statement) -> Earlier {
        let mut earlier = Earlier::default();
        earlier.note(&statement);
        earlier
    }

    #[test]
    fn what_an_earlier_step_changes_is_filled_and_not_settled() {
        static STEPS: [Step; 1] =
            [step(Work::Backfill(Backfill { table: USERS[0].table, set: "", pending: "" }))];
        let steps: Vec<&'static Step> = STEPS.iter().collect();
        let touched = touched_by(&steps, &mut earlier(statement(USERS, &[])));
        assert_eq!((touched.fills.len(), touched.settled.len()), (1, 0));
        let touched = touched_by(&steps, &mut Earlier::default());
        assert_eq!((touched.fills.len(), touched.settled.len()), (1, 1));
    }

    #[test]
    fn only_what_no_step_makes_has_to_be_there() {
        const ALTERS: &[Effect] = &[Effect::Alters(USERS[0].table)];
        const MAKES: &[Effect] = &[Effect::Makes(ORDERS[0].table)];
        const ALTER: Statement = statement(USERS, ALTERS);
        const MAKE: Statement = statement(ORDERS, MAKES);
        const USE: Statement = statement(ORDERS, &[]);
        static STEPS: [Step; 2] =
            [step(Work::Transaction(&[ALTER, MAKE])), step(Work::Transaction(&[USE]))];
        let steps: Vec<&'static Step> = STEPS.iter().collect();
        let touched = touched_by(&steps, &mut Earlier::default());
        assert_eq!(touched.expected, [USERS[0].table]);
        assert_eq!(touched.locks.len(), 2);
        for effect in [Effect::Makes(USERS[0].table), Effect::Unknown] {
            let effects: &'static [Effect] = Box::leak(Box::new([effect]));
            let mut earlier = earlier(statement(&[], effects));
            assert!(touched_by(&steps, &mut earlier).expected.is_empty());
        }
    }
}
