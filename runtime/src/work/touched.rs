//! What the steps of a phase are going to touch.

use crate::migration::{
    Backfill, Convert, Dropped, KnownColumn, LockMode, Rights, Statement, Step, TableLock, Work,
};
use crate::session::sql::{quote_literal, tree};

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

/// Words of an `alter table` whose children would have to follow.
const CHANGING: [&str; 5] =
    [" add column ", " drop column ", " not null", " add constraint ", " type "];

/// The rows that a step fills.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fill {
    Backfill(Backfill),
    Convert(Convert),
}

impl Fill {
    pub(crate) fn table(&self) -> &'static str {
        match self {
            Fill::Backfill(backfill) => backfill.table,
            Fill::Convert(convert) => convert.table,
        }
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
    pub(crate) fn statement(&mut self, statement: &Statement, earlier: &mut String) {
        let text = statement.sql.to_lowercase();
        for lock in statement.locks {
            let makes = MAKING.iter().any(|words| text.contains(words));
            if makes {
                self.lock(*lock);
            } else {
                self.table(lock.table, lock.mode, earlier);
            }
        }
        self.alteration(statement, &text);
        self.rights.extend(statement.rights);
        earlier.push_str(statement.sql);
        earlier.push('\n');
    }

    fn alteration(&mut self, statement: &Statement, text: &str) {
        let Some(rest) = statement.sql.strip_prefix("alter table ") else { return };
        let mut tables = statement.locks.iter().map(|lock| lock.table);
        let Some(table) = tables.find(|table| rest.starts_with(table)) else { return };
        if CHANGING.iter().any(|words| text.contains(words)) && !self.altered.contains(&table) {
            self.altered.push(table);
        }
        if text.contains(" rename to ") {
            self.renamed.push(table);
        }
        let added = text.matches(" add column ").count();
        if added == 0 {
            return;
        }
        let has_default = text.contains(" default ");
        match self.adds.iter_mut().find(|known| known.table == table) {
            Some(known) => {
                known.count += added;
                known.has_default |= has_default;
            }
            None => self.adds.push(Adding { table, count: added, has_default }),
        }
    }

    /// Notes what the phase after this one fills and builds.
    pub(crate) fn foresee(&mut self, later: &[&'static Step]) {
        self.filled_later.extend(later.iter().filter_map(|step| match step.work {
            Work::Backfill(backfill) => Some(backfill.table),
            Work::Convert(convert) => Some(convert.table),
            _ => None,
        }));
        self.built_later.extend(later.iter().filter_map(|step| match step.work {
            Work::BuildIndex(index) => Some(index.table),
            _ => None,
        }));
    }

    pub(crate) fn fill(&mut self, fill: Fill, earlier: &str) {
        let table = fill.table();
        self.table(table, LockMode::RowExclusive, earlier);
        self.fills.push(fill);
        if !is_named(table, earlier) {
            self.settled.push(fill);
        }
    }

    pub(crate) fn table(&mut self, table: &'static str, mode: LockMode, earlier: &str) {
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

/// Tells whether a text has the last part of a table's name, quoted or not.
fn is_named(table: &str, text: &str) -> bool {
    let name = table.rsplit("\".\"").next().unwrap_or(table).trim_matches('"');
    text.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Phase;
    use crate::migration::{Course, Path};
    use crate::work::touched_by;

    const fn statement(sql: &'static str, locks: &'static [TableLock]) -> Statement {
        Statement {
            reads_rows: true,
            path: Path::Users,
            sql,
            locks,
            only_if: None,
            rights: None,
            why: "",
        }
    }

    const fn step(work: Work) -> Step {
        Step {
            phase: Phase::Expand,
            why: "",
            work,
            undo: None,
            course: Course::Both,
            drops: &[],
            undo_drops: &[],
            undo_makes: &[],
        }
    }

    #[test]
    fn what_an_earlier_step_changes_is_filled_and_not_settled() {
        static STEPS: [Step; 1] =
            [step(Work::Backfill(Backfill { table: r#""public"."users""#, set: "", pending: "" }))];
        let steps: Vec<&'static Step> = STEPS.iter().collect();
        let mut earlier = r#"alter table "public"."users" add column "a" text"#.to_owned();
        let touched = touched_by(&steps, &mut earlier);
        assert_eq!((touched.fills.len(), touched.settled.len()), (1, 0));
        let touched = touched_by(&steps, &mut String::new());
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
        let touched = touched_by(&steps, &mut String::new());
        assert_eq!(touched.expected, [USERS[0].table]);
        assert_eq!(touched.locks.len(), 2);
        let mut earlier = "create table users (id bigint)".to_owned();
        assert!(touched_by(&steps, &mut earlier).expected.is_empty());
    }
}
