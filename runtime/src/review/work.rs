//! What each kind of work does, as SQL with comments.

use super::{Page, lock_timeout};
use crate::alone;
use crate::convert::BATCH;
use crate::heap::STRIPES;
use crate::migration::{
    Alone, Backfill, Bound, Convert, Index, LockMode, Require, Statement, TableLock, Work,
};
use crate::settings::Settings;
use crate::transaction::BRIEF;
use crate::walk::ROW_LOCK_TIMEOUT;

impl Page {
    pub(super) fn work(&mut self, work: &Work) {
        match work {
            Work::Transaction(statements) => self.transaction(statements),
            Work::BuildIndex(index) => self.build_index(index),
            Work::DropIndex(index) => self.drop_index(index),
            Work::Backfill(backfill) => self.backfill(backfill),
            Work::Convert(convert) => self.convert(convert),
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
        // A plan that knows its table to be partitioned says so by the lock on the parent.
        if index.create.locks.iter().any(|lock| lock.mode.blocks_clients()) {
            return self.build_partitioned(index);
        }
        self.comment(
            "runs outside a transaction, and waits for every transaction that is older than it",
        );
        self.comment("if it stops: the invalid index is dropped concurrently and built again");
        self.outside(&index.create);
    }

    fn drop_index(&mut self, index: &Index) {
        if index.drop.locks.iter().any(|lock| lock.mode.blocks_clients()) {
            return self.transaction(&[index.drop]);
        }
        self.outside(&index.drop);
    }

    fn build_partitioned(&mut self, index: &Index) {
        let Index { name, table, definition, .. } = index;
        let unique = if index.unique { "unique " } else { "" };
        self.comment(
            "on the parent alone first, which holds no rows; if it stops: the next run goes on",
        );
        self.transaction(&[index.create]);
        self.comment("then for each partition, where it has no such index yet:");
        self.comment(format!(
            "create {unique}index concurrently … on <partition> {definition};\n\
             alter index {name} attach partition …;"
        ));
        self.comment(format!(
            "and in the same way below partitions of {table} that have their own"
        ));
    }

    fn alone(&mut self, alone: &Alone) {
        self.comment("runs outside a transaction");
        if let Some(done) = alone.done {
            self.comment("is done, and not repeated, once this is true:");
            self.comment(done);
        }
        for mend in alone.mend {
            self.comment("if it stopped half-way, so that this is true:");
            self.comment(mend.when);
            self.comment("then the next try begins with this:");
            self.comment(mend.statement.sql);
        }
        // What can stop half-way has committed by then, and blocks clients in its last part alone.
        let is_one = alone.mend.is_empty();
        let lasts = std::mem::replace(&mut self.lasts, is_one);
        self.outside(&alone.statement);
        self.lasts = lasts;
    }

    /// A statement of its own, with a timeout that also counts its wait for older transactions.
    fn outside(&mut self, statement: &Statement) {
        let budget = alone::wait(&Settings::default(), statement);
        let budget = match budget.as_millis() {
            short @ ..1000 => format!("{short}ms"),
            long => format!("{}s", long / 1000),
        };
        self.line("set statement_timeout = 0;");
        self.line(format!("set lock_timeout = '{budget}';"));
        self.statement(statement);
        self.line("reset lock_timeout;");
        self.line("reset statement_timeout;");
    }

    fn statement(&mut self, statement: &Statement) {
        self.prose(statement.why);
        let lasts = self.lasts;
        statement.locks.iter().for_each(|lock| self.comment(describe(lock, lasts)));
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
        self.comment(describe(&lock, false));
        self.comment("a client that writes a row of the same batch waits for this commit");
        self.comment("your own update triggers fire for each row; ours are told to stand aside");
        self.sql(&format!(
            "update {table} set {set}\n\
             where ctid >= '(0,0)' and ctid < '(64,0)' and (ctid::text::point)[1]::int % {STRIPES} = 0\n\
             and ({pending})"
        ));
        self.line("commit;");
        self.none_left(table, pending);
    }

    fn convert(&mut self, convert: &Convert) {
        let Convert { table, key, read, write, pending, function } = convert;
        let columns = |columns: &[&str]| columns.join(", ");
        let all = [*key, *read].concat();
        self.prose(format!(
            "the runner repeats this for each window of pages and each stripe of its rows; if it \
             stops it goes on from there. It gives these rows to `{}`:",
            function.name
        ));
        self.sql(&format!(
            "select {} from {table}\n\
             where ctid >= '(0,0)' and ctid < '(64,0)' and (ctid::text::point)[1]::int % {STRIPES} = 0\n\
             and ({pending}) limit {BATCH}",
            columns(&all)
        ));
        self.comment("and writes what it gives back, unless a client has changed what was read:");
        let lock = TableLock { table, mode: LockMode::RowExclusive };
        self.comment(describe(&lock, false));
        self.comment(format!(
            "update {table} set ({}) = (…)\n\
             where ({}) is not distinct from (…) and ({pending});",
            columns(write),
            columns(&all)
        ));
        self.none_left(table, pending);
    }

    fn none_left(&mut self, table: &str, pending: &str) {
        self.comment("at the end no row may be left, or the migration stops here");
        self.sql(&format!("select count(*) from {table} where {pending}"));
    }

    fn require(&mut self, require: &Require) {
        let Require { table, violation, problem, help } = require;
        self.comment(format!("stops the migration, with nothing locked, if rows {problem}"));
        self.comment(format!("help: {help}"));
        self.sql(&format!("select * from {table} where {violation} limit 5"));
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
}

/// `lasts` where the statement takes as long as its rows.
fn describe(lock: &TableLock, lasts: bool) -> String {
    let until = if lasts { "until it ends" } else { "until the commit, brief" };
    let blocks = match lock.mode {
        LockMode::AccessShare | LockMode::RowShare | LockMode::RowExclusive => {
            "blocks neither reads nor writes".to_owned()
        }
        LockMode::ShareUpdateExclusive => {
            "blocks neither reads nor writes, only vacuum and schema changes".to_owned()
        }
        LockMode::Share | LockMode::ShareRowExclusive | LockMode::Exclusive => {
            format!("blocks writes {until}; reads go on")
        }
        LockMode::AccessExclusive => format!("blocks reads and writes {until}"),
    };
    format!("lock: {} on {}: {blocks}", lock.mode, lock.table)
}
