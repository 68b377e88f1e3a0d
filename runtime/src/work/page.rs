//! The page on which a reviewer reads what a step does, as SQL with comments.

use std::fmt::{self, Write as _};

use crate::migration::{Condition, LockMode, Statement, TableLock};
use crate::settings::Settings;
use crate::work::budget::{BRIEF, wait_outside};

/// How long a line of words gets.
const WIDTH: usize = 96;

/// Text that grows by whole lines.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// Whether what is written now holds its locks for as long as its rows take.
    pub(crate) lasts: bool,
}

impl Page {
    pub(crate) fn line(&mut self, line: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
    }

    pub(crate) fn comment(&mut self, text: impl fmt::Display) {
        for line in text.to_string().lines() {
            self.line(format!("-- {line}").trim_end());
        }
    }

    /// A comment of words alone, over as many lines as it takes.
    pub(crate) fn prose(&mut self, text: impl fmt::Display) {
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

    pub(crate) fn blank(&mut self) {
        self.line("");
    }

    pub(crate) fn rule(&mut self, title: impl fmt::Display) {
        self.blank();
        self.line(format!("{:=<80}", format!("-- ==== {title} ")));
    }

    pub(crate) fn transaction(&mut self, statements: &[Statement]) {
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

    /// A statement of its own, with a timeout that also counts its wait for older transactions.
    pub(crate) fn outside(&mut self, statement: &Statement) {
        let budget = wait_outside(&Settings::default(), statement);
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

    pub(crate) fn statement(&mut self, statement: &Statement) {
        self.prose(statement.why);
        if let Some(Condition { query, when }) = statement.only_if {
            self.prose(format!("locks only where {when}, which the runner asks first:"));
            self.comment(query);
        }
        let lasts = self.lasts;
        statement.locks.iter().for_each(|lock| self.comment(describe(lock, lasts)));
        self.sql(statement.sql);
    }

    pub(crate) fn sql(&mut self, sql: &str) {
        let sql = sql.trim_end();
        // A semicolon behind a comment would be part of it.
        let commented = sql.lines().last().is_some_and(|line| line.contains("--"));
        self.line(format!("{sql}{};", if commented { "\n" } else { "" }));
    }

    pub(crate) fn none_left(&mut self, table: &str, pending: &str) {
        self.comment("at the end no row may be left, or the migration stops here");
        self.sql(&format!("select count(*) from {table} where {pending}"));
    }
}

/// `lasts` where the statement takes as long as its rows.
pub(crate) fn describe(lock: &TableLock, lasts: bool) -> String {
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

pub(crate) fn lock_timeout() -> String {
    format!("{}ms", Settings::default().lock_timeout.as_millis())
}
