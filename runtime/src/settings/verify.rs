//! What a verification looks at, and from where on.

use std::fmt;
use std::sync::Arc;

type Watch = Arc<dyn Fn(&Verifying<'_>) + Send + Sync>;

/// What [`verify`](crate::Changeover::verify) looks at, and from where on.
///
/// ```
/// use changeover::Verify;
///
/// let verify = Verify::default().table("public.users").shown(5);
/// # drop(verify);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Verify {
    pub(crate) tables: Vec<String>,
    pub(crate) shown: usize,
    pub(crate) with_values: bool,
    pub(crate) from: Option<String>,
    pub(crate) watch: Option<Watch>,
    /// Whether it stops where another run waits for the history's lock.
    pub(crate) gives_way: bool,
}

/// How far a verification is.
///
/// ```
/// use changeover::{Verify, Verifying};
///
/// let verify = Verify::default().watch(|verifying: &Verifying<'_>| {
///     println!("{}: {} rows, {} differ", verifying.table, verifying.rows, verifying.differing);
/// });
/// # drop(verify);
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Verifying<'a> {
    /// The table, quoted and schema-qualified.
    pub table: &'a str,
    /// The rows of it that were looked at.
    pub rows: u64,
    /// Those of them that differ.
    pub differing: u64,
    /// What it waits for; none while it goes on.
    pub held_by: Option<&'a str>,
    /// Where [`from`](Verify::from) goes on: a text of some lines, in which rows are named.
    pub position: &'a str,
}

impl Default for Verify {
    fn default() -> Verify {
        Verify {
            tables: Vec::new(),
            shown: 10,
            with_values: false,
            from: None,
            watch: None,
            gives_way: false,
        }
    }
}

impl Verify {
    /// Looks at this table alone, or at those of several calls: `users`, `public.users`.
    pub fn table(mut self, table: impl Into<String>) -> Verify {
        self.tables.push(table.into());
        self
    }

    /// Names so many rows of each table that differ, by default 10. All are counted.
    pub fn shown(mut self, shown: usize) -> Verify {
        self.shown = shown;
        self
    }

    /// Shows the values that differ between two databases, which are otherwise in no text of ours.
    pub fn with_values(mut self) -> Verify {
        self.with_values = true;
        self
    }

    /// Goes on where an earlier verification was: at a [position](Verifying::position) of the same
    /// history, database and tables.
    pub fn from(mut self, position: impl Into<String>) -> Verify {
        self.from = Some(position.into());
        self
    }

    /// Calls this after each range of rows, and where it waits.
    pub fn watch(mut self, call: impl Fn(&Verifying<'_>) + Send + Sync + 'static) -> Verify {
        self.watch = Some(Arc::new(call));
        self
    }

    /// Tells whether it looks at a table, given by its quoted name.
    pub(crate) fn wants(&self, table: &str) -> bool {
        let plain = table.replace('"', "");
        let same = |asked: &String| {
            let asked = asked.replace('"', "");
            asked == plain || plain.strip_prefix("public.") == Some(&asked)
        };
        self.tables.is_empty() || self.tables.iter().any(same)
    }
}

impl fmt::Debug for Verify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verify { tables, shown, from, .. } = self;
        let mut debug = f.debug_struct("Verify");
        debug.field("tables", tables).field("shown", shown).field("from", from);
        debug.finish_non_exhaustive()
    }
}
