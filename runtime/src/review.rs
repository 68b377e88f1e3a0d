//! The plan of a migration as SQL that a reviewer reads in a pull request.
//!
//! The file answers what somebody asks who is woken at night by a migration: which lock, for how
//! long, and what if it stops here. Its statements are the ones that run, in their order, so it
//! can also be piped into `psql`; how to take them back is in comments.

use std::fmt::{self, Write as _};

use crate::backfill::ROW_LOCK_TIMEOUT;
use crate::heap::STRIPES;
use crate::migration::{
    Alone, Backfill, Bound, Index, LockMode, Migration, Phase, Require, Statement, Step, TableLock,
    Work,
};
use crate::settings::Settings;
use crate::transaction::BRIEF;

/// Renders the plan of a migration; the same text on every run.
pub fn render(migration: &Migration) -> String {
    let mut page = Page::default();
    page.header(migration);
    for phase in Phase::ALL {
        if migration.steps(phase).next().is_some() {
            page.phase(migration, phase);
        }
    }
    page.undo(migration);
    page.text
}

/// How long a line of words gets.
const WIDTH: usize = 96;

/// Text that grows by whole lines.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    fn comment(&mut self, text: impl fmt::Display) {
        for line in text.to_string().lines() {
            self.line(format!("-- {line}").trim_end());
        }
    }

    /// A comment of words alone, over as many lines as it takes.
    fn prose(&mut self, text: impl fmt::Display) {
        for paragraph in text.to_string().lines() {
            let mut line = String::from("--");
            for word in paragraph.split_whitespace() {
                if line.len() + 1 + word.len() > WIDTH {
                    self.line(&line);
                    "--  ".clone_into(&mut line);
                }
                line.extend([" ", word]);
            }
            self.line(&line);
        }
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn rule(&mut self, title: impl fmt::Display) {
        self.blank();
        self.line(format!("{:=<80}", format!("-- ==== {title} ")));
    }

    fn header(&mut self, migration: &Migration) {
        self.comment(migration.id);
        self.comment(match migration.parent {
            Some(parent) => format!("after {parent}"),
            None => "the first of its history".to_owned(),
        });
        for id in migration.requires {
            self.comment(format!("starts only when the contract of {id} has run"));
        }
        for id in migration.switches {
            self.comment(format!(
                "declares switch!({id}): this build reads and writes what {id} swaps in"
            ));
        }
        for id in migration.contracts {
            self.comment(format!(
                "declares contract!({id}): no code of this build uses what {id} replaced"
            ));
        }
        if !migration.doc.trim().is_empty() {
            self.line("--");
            self.comment(migration.doc.trim());
        }
    }

    fn phase(&mut self, migration: &Migration, phase: Phase) {
        self.rule(phase);
        self.comment(about(phase, migration.id));
        let steps = migration.steps(phase).count();
        let mut number = 0;
        for change in migration.changes {
            let mut own = change.steps.iter().filter(|step| step.phase == phase).peekable();
            if own.peek().is_none() {
                continue;
            }
            self.blank();
            self.comment(format!("{}!({})", change.operation, change.subject));
            // Once, where the change begins, whichever phase that is.
            if change.steps.iter().map(|step| step.phase).min() == Some(phase) {
                change.notes.iter().for_each(|note| self.prose(format!("note: {note}")));
            }
            for step in own {
                number += 1;
                self.step(step, format!("{number}/{steps}"));
            }
        }
    }

    fn step(&mut self, step: &Step, number: impl fmt::Display) {
        self.blank();
        self.prose(format!("{number} {}", step.why));
        self.work(&step.work);
    }

    fn work(&mut self, work: &Work) {
        match work {
            Work::Transaction(statements) => self.transaction(statements),
            Work::BuildIndex(index) => self.build_index(index),
            Work::DropIndex(index) => self.outside(&index.drop),
            Work::Backfill(backfill) => self.backfill(backfill),
            Work::Require(require) => self.require(require),
            Work::Alone(alone) => self.alone(alone),
            Work::Bound(bound) => self.bound(bound),
        }
    }

    fn transaction(&mut self, statements: &[Statement]) {
        if statements.is_empty() {
            self.comment("nothing to do on the way forward");
            return;
        }
        self.line("begin;");
        self.line(format!("set local lock_timeout = '{}';", lock_timeout()));
        if statements.iter().flat_map(|one| one.locks).any(|lock| lock.mode.blocks_clients()) {
            self.line(format!("set local statement_timeout = '{}s';", BRIEF.as_secs()));
        }
        for statement in statements {
            self.statement(statement);
        }
        self.line("commit;");
    }

    fn build_index(&mut self, index: &Index) {
        self.comment(
            "runs outside a transaction, and waits for every transaction that is older than it",
        );
        self.comment("if it stops: the invalid index is dropped concurrently and built again");
        self.outside(&index.create);
    }

    /// A statement of its own, with a timeout that also counts its wait for older transactions.
    fn outside(&mut self, statement: &Statement) {
        let budget = Settings::default().index_timeout.as_secs();
        self.line("set statement_timeout = 0;");
        self.line(format!("set lock_timeout = '{budget}s';"));
        self.statement(statement);
        self.line("reset lock_timeout;");
        self.line("reset statement_timeout;");
    }

    fn statement(&mut self, statement: &Statement) {
        self.prose(statement.why);
        statement.locks.iter().for_each(|lock| self.comment(describe(lock)));
        self.sql(statement.sql);
    }

    fn sql(&mut self, sql: &str) {
        let sql = sql.trim_end();
        // A semicolon behind a comment would be part of it.
        let commented = sql.lines().last().is_some_and(|line| line.contains("--"));
        self.line(format!("{sql}{};", if commented { "\n" } else { "" }));
    }

    fn backfill(&mut self, backfill: &Backfill) {
        let Backfill { table, set, pending } = backfill;
        let target = Settings::default().batch_time.as_millis();
        self.comment(format!(
            "the runner repeats this transaction for each window of pages and each stripe of its \
             rows,\nwith windows that take it some {target} ms; its place is kept with the rows, so \
             if it stops\nit goes on from there"
        ));
        let lock = TableLock { table, mode: LockMode::RowExclusive };
        self.line("begin;");
        self.line(format!("set local lock_timeout = '{}ms';", ROW_LOCK_TIMEOUT.as_millis()));
        self.line("set local synchronous_commit = off;");
        self.sql("select set_config('changeover.backfill', 'on', true)");
        self.comment(describe(&lock));
        self.comment("a client that writes a row of the same batch waits for this commit");
        self.comment("your own update triggers fire for each row; ours are told to stand aside");
        self.sql(&format!(
            "update {table} set {set}\n\
             where ctid >= '(0,0)' and ctid < '(64,0)' and (ctid::text::point)[1]::int % {STRIPES} = 0\n\
             and ({pending})"
        ));
        self.line("commit;");
        self.comment("at the end no row may be left, or the migration stops here");
        self.sql(&format!("select count(*) from {table} where {pending}"));
    }

    fn require(&mut self, require: &Require) {
        let Require { table, violation, problem, help } = require;
        self.comment(format!("stops the migration, with nothing locked, if rows {problem}"));
        self.comment(format!("help: {help}"));
        self.sql(&format!("select * from {table} where {violation} limit 5"));
    }

    fn alone(&mut self, alone: &Alone) {
        self.comment(
            "runs outside a transaction, and waits for transactions that are older than it",
        );
        if let Some(done) = alone.done {
            self.comment("is passed over where this is true:");
            self.comment(done);
        }
        for mend in alone.mend {
            self.comment("if it stopped half-way, so that this is true:");
            self.comment(mend.when);
            self.comment("then this comes first:");
            self.comment(mend.statement.sql);
        }
        self.outside(&alone.statement);
    }

    fn bound(&mut self, bound: &Bound) {
        let Bound { table, max_rows, reason } = bound;
        self.prose(format!("in one step because {reason}"));
        self.comment(format!(
            "stops the migration, with nothing locked, if the planner expects more than {max_rows} \
             rows"
        ));
        self.sql(&format!("explain select from {table}"));
    }

    fn undo(&mut self, migration: &Migration) {
        let kept = [Phase::Switch, Phase::Migrate, Phase::Expand];
        let steps = kept.iter().flat_map(|phase| migration.steps(*phase).rev());
        let mut works = steps.filter_map(|step| step.undo.as_ref()).peekable();
        if works.peek().is_none() {
            return;
        }
        self.rule("undo");
        let end = if migration.has_contract() { "its contract or " } else { "" };
        self.comment(format!(
            "Until {end}a later migration has begun, `undo` takes the steps back, the last one first:"
        ));
        for work in works {
            let mut undo = Page::default();
            undo.work(work);
            self.blank();
            for line in undo.text.lines() {
                self.comment(format!("undo: {line}"));
            }
        }
    }
}

fn describe(lock: &TableLock) -> String {
    let blocks = match lock.mode {
        LockMode::AccessShare | LockMode::RowShare | LockMode::RowExclusive => {
            "blocks neither reads nor writes"
        }
        LockMode::ShareUpdateExclusive => {
            "blocks neither reads nor writes, only vacuum and schema changes"
        }
        LockMode::Share | LockMode::ShareRowExclusive | LockMode::Exclusive => {
            "blocks writes until the commit, brief; reads go on"
        }
        LockMode::AccessExclusive => "blocks reads and writes until the commit, brief",
    };
    format!("lock: {} on {}: {blocks}", lock.mode, lock.table)
}

fn about(phase: Phase, id: &str) -> String {
    let wait = lock_timeout();
    match phase {
        Phase::Expand => format!(
            "Waits for nothing. A transaction takes all its locks first; if it does not get them \
             within\n{wait}, it lets clients pass and tries again. If it stops: each step is done \
             wholly or not\nat all, and the next run goes on."
        ),
        Phase::Migrate => "Runs as soon as expand is done. Long, but what blocks reads or writes \
             is brief.\nIf it stops: both shapes are in use and equal, and the next run goes on."
            .to_owned(),
        Phase::Switch => format!(
            "Waits for a later migration that says `switch!({id})`.\nIf it stops: the swap is \
             done wholly or not at all."
        ),
        Phase::Contract => format!(
            "Waits for a later migration that says `contract!({id})`,\nand for a run of \
             `contract()` once no older build is live.\nCannot be undone: what it drops is gone. \
             If it stops: the next run goes on."
        ),
    }
}

fn lock_timeout() -> String {
    format!("{}ms", Settings::default().lock_timeout.as_millis())
}
