//! A server that answers by rule, and plans to run against it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::migration::function::{ConvertFn, converting};
use crate::migration::{
    Backfill, Change, Cleanup, Convert, Course, Dropped, Effect, Index, KeptPartitions, LockMode,
    Migration, Migrations, NoRows, NonTransactional, ObjectKind, PartitionRule, Path, Phase, Plan,
    SizeLimit, Statement, Step, TableLock, Work,
};
use crate::session::executor::{Executor, Rows, SqlError};
use crate::session::sql::ON_PLANS_PATH;

type Answer = Result<Rows, SqlError>;
type Rule = Box<dyn FnMut(&str, usize) -> Option<Answer> + Send>;

/// Answers what the rule does not with what keeps a run going.
pub(crate) struct Mock {
    rule: Rule,
    log: Log,
}

/// Every statement that was sent.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, start: &str) -> usize {
        self.all().iter().filter(|sql| sql.starts_with(start)).count()
    }

    /// Adds a statement and says how many came before it.
    fn push(&self, sql: &str) -> usize {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(sql.to_owned());
        log.len() - 1
    }
}

impl Mock {
    /// The rule is given each statement and its number, counted from 0.
    pub(crate) fn new(
        rule: impl FnMut(&str, usize) -> Option<Answer> + Send + 'static,
    ) -> (Mock, Log) {
        let log = Log::default();
        (Mock { rule: Box::new(rule), log: log.clone() }, log)
    }
}

#[async_trait]
impl Executor for Mock {
    async fn query(&mut self, sql: &str) -> Answer {
        let number = self.log.push(sql);
        // The path goes before what is asked, in the same text.
        let path = format!("select {ON_PLANS_PATH}; ");
        if let Some(sql) = sql.strip_prefix(&path) {
            return Ok(self.answer(sql, number)?.behind_another());
        }
        self.answer(sql, number)
    }
}

impl Mock {
    fn answer(&mut self, sql: &str, number: usize) -> Answer {
        (self.rule)(sql, number).unwrap_or_else(|| {
            let built = self.log.count("create index") > 0;
            let valid = built && sql.starts_with("select indisvalid");
            Ok(if valid { rows(&[&["t"]]) } else { usual(sql) })
        })
    }
}

pub(crate) fn rows(rows: &[&[&str]]) -> Rows {
    let text = |value: &&str| Some((*value).to_owned());
    let rows: Vec<Vec<Option<String>>> =
        rows.iter().map(|row| row.iter().map(text).collect()).collect();
    let count = rows.len() as u64;
    Rows::new(rows, count)
}

pub(crate) fn refusal(code: &str) -> Answer {
    Err(SqlError::new(Some(code), "refused"))
}

fn usual(sql: &str) -> Rows {
    let answers: [(&str, &[&[&str]]); 14] = [
        ("select pg_backend_pid()", &[&["7"]]),
        ("select (select fence", &[&["9", "7"]]),
        ("insert into changeover.runners", &[&["9"]]),
        ("select pg_try_advisory_lock", &[&["t", "7"]]),
        ("select pg_catalog.to_regnamespace('changeover", &[&["f", "f"]]),
        ("select coalesce(max(version)", &[&["1000"]]),
        ("select pg_catalog.to_regclass('changeover", &[&["f", "f", "f"]]),
        ("with named as", &[&[TABLE, "f"]]),
        ("with recursive tree", &[&["5", TABLE, "100"]]),
        ("select pg_catalog.set_config('changeover.backfill_xact'", &[&["700"], &["3"]]),
        ("select count(*)", &[&["0"]]),
        ("select pg_catalog.format_type", &[&["text"]]),
        ("select ctid", &[&["(0,1)", "7", "ann"]]),
        ("explain", &[&["[{\"Plan\": {\"Plan Rows\": 3}}]"]]),
    ];
    let answer = answers.iter().find(|(start, _)| sql.starts_with(start));
    answer.map_or_else(|| Rows::new(Vec::new(), 1), |(_, answer)| rows(answer))
}

pub(crate) const TABLE: &str = "\"public\".\"users\"";

pub(crate) const ALTER: &str = "alter table \"public\".\"users\" add column \"plan\" text";

pub(crate) const DETACH: &str = "alter table \"p\" detach partition \"q\" concurrently";

pub(crate) const FINALIZE: &str = "alter table \"p\" detach partition \"q\" finalize";

const fn statement(sql: &'static str) -> Statement {
    const LOCKS: &[TableLock] = &[TableLock { table: TABLE, mode: LockMode::AccessExclusive }];
    Statement {
        reads_rows: false,
        path: Path::Users,
        sql,
        locks: LOCKS,
        effects: &[],
        only_if: None,
        rights: None,
        why: "it is needed",
    }
}

const fn step(phase: Phase, work: Work, undo: Option<Work>) -> Step {
    Step { phase, why: "it is needed", work, course: Course::Both, undo }
}

const GONE: Dropped = Dropped { kind: ObjectKind::Column, name: TABLE, part: "x", with: &[] };

const INDEX: Index = Index {
    name: "\"public\".\"users_plan_idx\"",
    table: TABLE,
    unique: false,
    definition: "(\"plan\")",
    create: &statement("create index concurrently \"users_plan_idx\" on \"users\" (\"plan\")"),
    analyze: None,
    drop: &statement("drop index concurrently if exists \"public\".\"users_plan_idx\""),
};

/// Fails the first time that it is given this name.
pub(crate) const FLAKY: &str = "flaky";

async fn label(names: Vec<String>) -> Result<Vec<String>, String> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    if names.iter().any(|name| name == FLAKY) && CALLS.fetch_add(1, Ordering::Relaxed) == 0 {
        return Err("the other service is not there".to_owned());
    }
    Ok(names.into_iter().map(|name| name.to_uppercase()).collect())
}

const STEPS: &[Step] = &[
    step(
        Phase::Expand,
        Work::NoRows(NoRows {
            table: TABLE,
            violation: "plan is null",
            problem: "have no plan",
            help: "give them one",
        }),
        None,
    ),
    step(
        Phase::Expand,
        Work::SizeLimit(SizeLimit { table: TABLE, max_rows: 3, reason: "it is small" }),
        None,
    ),
    step(
        Phase::Expand,
        Work::Transaction(&[statement(ALTER)]),
        Some(Work::Transaction(&[statement("alter table \"users\" drop column \"plan\"")])),
    ),
    step(
        Phase::Migrate,
        Work::Backfill(Backfill { table: TABLE, set: "plan = 'free'", pending: "plan is null" }),
        None,
    ),
    step(
        Phase::Migrate,
        Work::Convert(Convert {
            table: TABLE,
            key: &["\"id\""],
            read: &["\"name\""],
            write: &["\"label\""],
            pending: "label is null",
            function: ConvertFn::new("tests::label", |rows| converting(rows, label)),
        }),
        None,
    ),
    step(Phase::Migrate, Work::BuildIndex(INDEX), Some(Work::DropIndex(INDEX))),
    step(
        Phase::Migrate,
        Work::NonTransactional(NonTransactional {
            statement: &statement(DETACH),
            done: Some("select is detached"),
            mend: &[Cleanup { when: "select is pending", statement: statement(FINALIZE) }],
        }),
        None,
    ),
    step(
        Phase::Switch,
        Work::Transaction(&[statement("alter table \"users\" rename x to y")]),
        Some(Work::Transaction(&[statement("alter table \"users\" rename y to x")])),
    ),
    step(
        Phase::Contract,
        Work::Transaction(&[Statement {
            effects: &[Effect::Removes { object: GONE, if_there: false }],
            ..statement("alter table \"users\" drop x")
        }]),
        None,
    ),
];

const fn migration(
    id: &'static str,
    parent: Option<&'static str>,
    changes: &'static [Change],
) -> Migration {
    Migration {
        id,
        parent,
        doc: "",
        plan: Plan::Written(changes),
        switches: &[],
        contracts: &[],
        requires: &[],
        baseline: None,
        before: None,
        plan_version: 1,
        shape: "",
    }
}

/// A migration that says of the partitions of a table how they come, or that no more do.
pub(crate) fn with_rule(
    id: &'static str,
    table: &'static str,
    rule: Option<PartitionRule>,
) -> Migration {
    let kept = KeptPartitions { table, rule, locks: &[] };
    let steps: &[Step] = Box::leak(Box::new([step(Phase::Migrate, Work::Partitions(kept), None)]));
    migration(id, None, Box::leak(Box::new([change(steps)])))
}

const CHANGES: &[Change] = &[Change {
    operation: "add_column",
    subject: "users.plan",
    notes: &[],
    columns: &[],
    needs: &[],
    makes: &[],
    agrees: &[],
    steps: STEPS,
}];

pub(crate) static FIRST: Migration = migration("m1", None, CHANGES);
pub(crate) static SECOND: Migration =
    Migration { switches: &["m1"], ..migration("m2", Some("m1"), &[]) };
static THIRD: Migration = Migration { contracts: &["m1"], ..migration("m3", Some("m2"), &[]) };
static FOURTH: Migration = Migration { requires: &["m1"], ..migration("m4", Some("m3"), &[]) };

/// A history of one migration with a step of each kind.
pub(crate) static ONE: Migrations = Migrations { migrations: &[&FIRST], schema: &[], names: &[] };

/// The same, then its switch, its contract, and a migration that needs the contract to have run.
pub(crate) static FOUR: Migrations =
    Migrations { migrations: &[&FIRST, &SECOND, &THIRD, &FOURTH], schema: &[], names: &[] };

const SWAP: Step = Step {
    course: Course::Swap,
    ..step(Phase::Switch, Work::Transaction(&[]), Some(Work::Transaction(&[])))
};

const FOR_THE_WAY_BACK: Step = Step { course: Course::BackOnly, ..SWAP };

const fn change(steps: &'static [Step]) -> Change {
    Change {
        operation: "change_type",
        subject: "a sample",
        notes: &[],
        columns: &[],
        needs: &[],
        makes: &[],
        agrees: &[],
        steps,
    }
}

static APART: Migration = Migration {
    id: "m_apart",
    parent: None,
    doc: "",
    plan: Plan::Written(&[change(&[SWAP, FOR_THE_WAY_BACK]), change(&[SWAP, FOR_THE_WAY_BACK])]),
    switches: &[],
    contracts: &[],
    requires: &[],
    baseline: None,
    before: None,
    plan_version: 1,
    shape: "",
};

static MERGED: Migration = Migration {
    plan: Plan::Written(&[change(&[SWAP, FOR_THE_WAY_BACK]), change(&[FOR_THE_WAY_BACK])]),
    ..APART
};

/// Two changes that swap, each by itself or both in the first one's step.
pub(crate) fn two_swaps(are_merged: bool) -> &'static Migration {
    if are_merged { &MERGED } else { &APART }
}
