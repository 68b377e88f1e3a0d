//! Whether rows agree: an old shape and a new one, or a database and another.

use std::fmt;
use std::time::Duration;

/// What [`verify`](crate::Changeover::verify) found; the command `verify` prints it.
///
/// ```no_run
/// use changeover::{Changeover, Verify};
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let mut changeover = Changeover::builder(&MIGRATIONS).connect(url).await?;
/// let verification = changeover.verify(&Verify::default()).await?;
/// assert!(verification.agrees(), "{verification}");
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verification {
    /// What was looked through, row by row.
    pub verified: Vec<Verified>,
    /// What was not, each with the reason.
    pub unverified: Vec<Unverified>,
    /// For how long it looked, rests and waits included; since it went on, where it did.
    pub took: Duration,
}

/// The rows of a table that were held against each other.
///
/// ```
/// use changeover::Verified;
///
/// fn line(verified: &Verified) -> String {
///     format!("{}: {} of {} rows differ", verified.table, verified.differing, verified.rows)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The table, quoted and schema-qualified.
    pub table: String,
    /// Which rows count as differing, behind the word `rows`.
    pub differing_are: String,
    /// The rows that were looked at.
    pub rows: u64,
    /// Those of them that differ, and those that one side alone has.
    pub differing: u64,
    /// Rows that a client wrote each time that they were looked at.
    pub unsettled: u64,
    /// Some of those that differ.
    pub samples: Vec<DifferingRow>,
    /// What else is to be said of the table, a sentence each.
    pub notes: Vec<String>,
}

/// A row that differs.
///
/// ```
/// use changeover::DifferingRow;
///
/// fn line(row: &DifferingRow) -> String {
///     format!("{} {}", row.row, row.how)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DifferingRow {
    /// The row by its key, `id = 7`, or by its `ctid` where it has none.
    pub row: String,
    /// How it differs between two databases: where it is missing, or in which columns it has another
    /// value. Empty for two shapes in one row.
    pub how: String,
}

/// What was not verified.
///
/// ```
/// use changeover::Unverified;
///
/// fn line(unverified: &Unverified) -> String {
///     format!("{}: {}", unverified.what, unverified.why)
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unverified {
    /// What it is, a table or rows of one.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether that is a difference itself: a table that one side alone has.
    pub differs: bool,
}

impl Verification {
    /// Tells whether all that could be verified agrees.
    pub fn agrees(&self) -> bool {
        self.verified.iter().all(|one| one.differing == 0 && one.unsettled == 0)
            && self.unverified.iter().all(|one| !one.differs)
    }

    /// Returns how many rows were looked at.
    pub fn rows(&self) -> u64 {
        self.verified.iter().map(|one| one.rows).sum()
    }

    /// Returns how many of them differ.
    pub fn differing(&self) -> u64 {
        self.verified.iter().map(|one| one.differing).sum()
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.verified {
            writeln!(f, "{one}")?;
        }
        for Unverified { what, why, differs } in &self.unverified {
            let word = if *differs { "differs" } else { "not verified" };
            writeln!(f, "{word}: {what}: {why}")?;
        }
        let (rows, differing) = (self.rows(), self.differing());
        let took = self.took.as_secs_f64();
        match (self.verified.is_empty(), self.agrees()) {
            (true, true) => {
                writeln!(f, "nothing is kept in step here, so there is nothing to verify")
            }
            (_, true) => writeln!(f, "{rows} rows agree, in {took:.1} s"),
            (_, false) if differing == 0 => {
                writeln!(f, "not all could be held against each other, in {took:.1} s")
            }
            (_, false) => writeln!(f, "{differing} of {rows} rows differ, in {took:.1} s"),
        }
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { table, differing_are, rows, differing, unsettled, samples, notes } = self;
        let number = if *differing == 0 { "none".to_owned() } else { differing.to_string() };
        write!(f, "{table}: {rows} rows, {number} {differing_are}")?;
        for DifferingRow { row, how } in samples {
            write!(f, "\n  {row}")?;
            if !how.is_empty() {
                write!(f, ": {how}")?;
            }
        }
        let left = differing.saturating_sub(samples.len() as u64);
        if left > 0 {
            write!(f, "\n  and {left} more")?;
        }
        if *unsettled > 0 {
            write!(
                f,
                "\n  {unsettled} were written each time that they were looked at: run again"
            )?;
        }
        notes.iter().try_for_each(|note| write!(f, "\n  note: {note}"))
    }
}
