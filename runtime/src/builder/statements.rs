//! What is made of statements that still name what a contract takes away.

use std::time::Duration;

use super::Builder;
use crate::obstacle::Usage;

impl Builder {
    /// What is made of statements in `pg_stat_statements` that name what a contract takes away;
    /// by default [`Usage::Warn`]. Without that extension nothing is asked.
    ///
    /// A statement names a column if its text has the column's name and the table's as words, so
    /// one that means another table's column of that name counts too, and `select *` does not.
    /// Statements of other roles are hidden unless the runner's has `pg_read_all_stats`: that is
    /// told, or holds the contract, as they would.
    #[must_use]
    pub fn statements(mut self, usage: Usage) -> Builder {
        self.settings.statements.usage = usage;
        self
    }

    /// For how long a statement must not have run to be taken for one of the past, by default an
    /// hour. It is told by the count of its calls each time that the gate is asked; the time
    /// begins when it is asked for the first time.
    #[must_use]
    pub fn quiet_time(mut self, time: Duration) -> Builder {
        self.settings.statements.quiet = time;
        self
    }
}
