//! What the steps of a phase are going to touch.

use crate::migration::{Backfill, Convert, LockMode, Statement, Step, TableLock, Work};
use crate::sql::quote_literal;

/// Words of statements after which a name may stand for something that was not there before.
const MAKING: [&str; 9] = [
    "create table",
    "create unlogged",
    "create foreign table",
    "view",
    "sequence",
    "rename",
    "set schema",
    "execute",
    "create temp",
];

/// The rows that a step fills.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    Backfill(Backfill),
    Convert(Convert),
}

impl Fill {
    pub(super) fn table(&self) -> &'static str {
        match self {
            Fill::Backfill(backfill) => backfill.table,
            Fill::Convert(convert) => convert.table,
        }
    }
}

/// Tables by their names in the plan, quoted and schema-qualified.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Every table, with the strongest lock that is taken of it.
    pub(super) locks: Vec<TableLock>,
    /// Those that have to be there before the phase begins.
    pub(super) expected: Vec<&'static str>,
    pub(super) fills: Vec<Fill>,
    /// Those of them whose table no earlier step changes.
    pub(super) settled: Vec<Fill>,
    /// Tables that an index is built on, and the index.
    pub(super) builds: Vec<(&'static str, &'static str)>,
    /// Whether a statement outside transactions waits for older snapshots.
    pub(super) waits: bool,
}

impl Touched {
    /// `earlier` has the text of the statements that are going to run before these, and gets
    /// theirs.
    pub(super) fn by(steps: &[&'static Step], earlier: &mut String) -> Touched {
        let mut touched = Touched::default();
        for step in steps {
            match step.work {
                Work::Transaction(statements) => {
                    for statement in statements {
                        touched.statement(statement, earlier);
                    }
                }
                Work::Alone(alone) => {
                    touched.waits = true;
                    touched.statement(&alone.statement, earlier);
                }
                Work::BuildIndex(index) => {
                    touched.waits = true;
                    touched.builds.push((index.table, index.name));
                    touched.table(index.table, LockMode::ShareUpdateExclusive, earlier);
                }
                Work::DropIndex(index) => {
                    touched.table(index.table, LockMode::ShareUpdateExclusive, earlier);
                }
                Work::Backfill(backfill) => touched.fill(Fill::Backfill(backfill), earlier),
                Work::Convert(convert) => touched.fill(Fill::Convert(convert), earlier),
                Work::Require(require) => {
                    touched.table(require.table, LockMode::AccessShare, earlier);
                }
                Work::Bound(bound) => touched.table(bound.table, LockMode::AccessShare, earlier),
            }
        }
        touched
    }

    fn statement(&mut self, statement: &Statement, earlier: &mut String) {
        let text = statement.sql.to_lowercase();
        for lock in statement.locks {
            let makes = MAKING.iter().any(|words| text.contains(words));
            if makes {
                self.lock(*lock);
            } else {
                self.table(lock.table, lock.mode, earlier);
            }
        }
        earlier.push_str(statement.sql);
        earlier.push('\n');
    }

    fn fill(&mut self, fill: Fill, earlier: &str) {
        let table = fill.table();
        self.table(table, LockMode::RowExclusive, earlier);
        self.fills.push(fill);
        if !is_named(table, earlier) {
            self.settled.push(fill);
        }
    }

    fn table(&mut self, table: &'static str, mode: LockMode, earlier: &str) {
        self.lock(TableLock { table, mode });
        if !is_named(table, earlier) && !self.expected.contains(&table) {
            self.expected.push(table);
        }
    }

    fn lock(&mut self, lock: TableLock) {
        match self.locks.iter_mut().find(|known| known.table == lock.table) {
            Some(known) => known.mode = known.mode.max(lock.mode),
            None => self.locks.push(lock),
        }
    }

    pub(super) fn writes_much(&self) -> bool {
        !self.fills.is_empty() || !self.builds.is_empty()
    }

    /// The locks that a vacuum which does not give way is in the way of.
    pub(super) fn locks_out_vacuum(&self) -> bool {
        self.locks.iter().any(|lock| lock.mode >= LockMode::ShareUpdateExclusive)
    }

    /// All tables with their partitions, as a query with a column `relid`.
    pub(super) fn relations(&self) -> String {
        relations(self.locks.iter().map(|lock| lock.table))
    }
}

/// These tables and their partitions, as a query with a column `relid`; those that are not there
/// are left out.
pub(super) fn relations<'a>(tables: impl Iterator<Item = &'a str>) -> String {
    let names = array(tables);
    format!(
        "select r.relid from unnest({names}) as n (name) cross join lateral (\
         select pg_catalog.to_regclass(n.name) as relid union \
         select t.relid from pg_catalog.pg_partition_tree(pg_catalog.to_regclass(n.name)) t) r \
         where r.relid is not null"
    )
}

/// Texts as an array.
pub(super) fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(quote_literal).collect();
    format!("array[{}]::text[]", texts.join(", "))
}

/// Whether a text has the last part of a table's name, quoted or not.
fn is_named(table: &str, text: &str) -> bool {
    let name = table.rsplit("\".\"").next().unwrap_or(table).trim_matches('"');
    text.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Phase;

    const fn statement(sql: &'static str, locks: &'static [TableLock]) -> Statement {
        Statement { sql, locks, why: "" }
    }

    const fn step(work: Work) -> Step {
        Step { phase: Phase::Expand, why: "", work, undo: None, drops: &[] }
    }

    #[test]
    fn what_an_earlier_step_changes_is_filled_and_not_settled() {
        static STEPS: [Step; 1] =
            [step(Work::Backfill(Backfill { table: r#""public"."users""#, set: "", pending: "" }))];
        let steps: Vec<&'static Step> = STEPS.iter().collect();
        let mut earlier = r#"alter table "public"."users" add column "a" text"#.to_owned();
        let touched = Touched::by(&steps, &mut earlier);
        assert_eq!((touched.fills.len(), touched.settled.len()), (1, 0));
        let touched = Touched::by(&steps, &mut String::new());
        assert_eq!((touched.fills.len(), touched.settled.len()), (1, 1));
    }

    #[test]
    fn only_what_no_step_makes_has_to_be_there() {
        const USERS: &[TableLock] =
            &[TableLock { table: r#""public"."users""#, mode: LockMode::AccessExclusive }];
        const ORDERS: &[TableLock] =
            &[TableLock { table: r#""public"."orders""#, mode: LockMode::Share }];
        static STEPS: [Step; 2] = [
            step(Work::Transaction(&[
                statement(r#"alter table "public"."users" add column "a" text"#, USERS),
                statement(r#"create table "public"."orders" ("id" bigint)"#, ORDERS),
            ])),
            step(Work::Transaction(&[statement(
                r#"create index on "public"."orders" ("id")"#,
                ORDERS,
            )])),
        ];
        let steps: Vec<&'static Step> = STEPS.iter().collect();
        let touched = Touched::by(&steps, &mut String::new());
        assert_eq!(touched.expected, [USERS[0].table]);
        assert_eq!(touched.locks.len(), 2);
        let mut earlier = "create table users (id bigint)".to_owned();
        assert!(Touched::by(&steps, &mut earlier).expected.is_empty());
    }
}
