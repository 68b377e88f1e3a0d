//! What a run did, and how far it is.

use std::fmt;
use std::time::Duration;

use crate::migration::Phase;
use crate::outcome::finding::Finding;
use crate::session::shown::on_one_line;

/// What a run did, a line for each phase that had something to do.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let report = Changeover::builder(&MIGRATIONS).connect(url).await?.migrate().await?;
/// for phase in &report.phases {
///     println!("{} {}: {:?}", phase.migration, phase.phase, phase.duration);
/// }
/// assert!(report.longest_lock().as_millis() < 1000);
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The phases, in the order in which they ran.
    pub phases: Vec<PhaseReport>,
    /// What was found before the phases, in the same order; see [`Check`](crate::Check).
    pub findings: Vec<Finding>,
    /// The switches and contracts that are declared and did not run.
    pub waiting: Vec<HeldGate>,
    /// The ids of the migrations that new builds may serve with and of which something is left to
    /// the background; see [`migrate`](crate::Changeover::migrate).
    pub background: Vec<String>,
    /// The partitions that came or went by a rule, a line each: `made "public"."events_2027_01"`.
    pub partitions: Vec<String>,
}

/// A switch or a contract that waits, and for what.
///
/// ```
/// use changeover::Report;
///
/// fn why(report: &Report) -> Vec<String> {
///     report.waiting.iter().map(|gate| format!("{} waits for {}", gate.migration, gate.by.join(", "))).collect()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGate {
    /// The migration whose phase it is.
    pub migration: String,
    /// The phase.
    pub phase: Phase,
    /// What holds it, a clause each.
    pub by: Vec<String>,
}

impl fmt::Display for HeldGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It names what others named: instances, objects of the database.
        let [migration, by] = [&self.migration, &self.by.join("; ")].map(|text| on_one_line(text));
        write!(f, "the {} of `{migration}` waits: {by}", self.phase)
    }
}

/// What a run did in one phase of one migration.
///
/// ```
/// use changeover::Report;
///
/// fn rows_filled(report: &Report) -> u64 {
///     report.phases.iter().map(|phase| phase.rows).sum()
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseReport {
    /// The migration's id.
    pub migration: String,
    /// The phase.
    pub phase: Phase,
    /// Whether the phase was taken back.
    pub undone: bool,
    /// How long it took, waits and retries included.
    pub duration: Duration,
    /// The longest time for which a lock that blocks reads or writes was held, from the moment
    /// it was granted until the commit returned; where something was dropped, until the commit was
    /// sent, because the server lets the locks go before it removes files.
    pub longest_lock: Duration,
    /// The steps that were done.
    pub steps: usize,
    /// The tries that gave way to other sessions.
    pub retries: u32,
    /// The rows that were filled.
    pub rows: u64,
    /// For how long it was held: paused, by the load, or by other sessions' locks.
    pub waited: Duration,
    /// For how long its backfills rested between two batches; see
    /// [`Builder::nice`](crate::Builder::nice).
    pub rested: Duration,
}

impl Report {
    /// The longest time for which any phase held a lock that blocks reads or writes.
    pub fn longest_lock(&self) -> Duration {
        self.phases.iter().map(|phase| phase.longest_lock).max().unwrap_or_default()
    }
}

impl PhaseReport {
    pub(crate) fn new(migration: &str, phase: Phase, undone: bool) -> PhaseReport {
        PhaseReport {
            migration: migration.to_owned(),
            phase,
            undone,
            duration: Duration::ZERO,
            longest_lock: Duration::ZERO,
            steps: 0,
            retries: 0,
            rows: 0,
            waited: Duration::ZERO,
            rested: Duration::ZERO,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(f)?;
        self.waiting.iter().try_for_each(|held| writeln!(f, "{held}"))?;
        self.partitions.iter().try_for_each(|line| writeln!(f, "{}", on_one_line(line)))?;
        let left = |id| writeln!(f, "the background of `{id}` is left to who goes on");
        self.background.iter().try_for_each(left)
    }
}

impl Report {
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.phases.is_empty() && self.partitions.is_empty() {
            return f.write_str("nothing to do\n");
        }
        let ids = self.phases.iter().map(|phase| phase.migration.chars().count());
        let width = ids.max().unwrap_or_default().max("migration".len());
        writeln!(
            f,
            "{:width$}  {:13}  {:>5}  {:>10}  {:>7}  {:>9}  {:>12}",
            "migration", "phase", "steps", "rows", "retries", "time", "longest lock"
        )?;
        self.phases.iter().try_for_each(|phase| phase.line(f, width))
    }
}

impl PhaseReport {
    fn line(&self, f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
        let undone = if self.undone { "undo " } else { "" };
        writeln!(
            f,
            "{:width$}  {:13}  {:>5}  {:>10}  {:>7}  {:>9}  {:>12}",
            self.migration,
            format!("{undone}{}", self.phase),
            self.steps,
            self.rows,
            self.retries,
            format!("{:.2?}", self.duration),
            format!("{:.1?}", self.longest_lock),
        )
    }
}

/// How far a run is, given to [`Builder::on_progress`](crate::Builder::on_progress) when a step
/// starts, after each window of a backfill, and while something holds it.
///
/// ```
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let builder = Changeover::builder(&MIGRATIONS).on_progress(|progress| {
///     let (step, steps, held) = (progress.step, progress.steps, progress.held_by);
///     println!("{} {step}/{steps}: {} rows {}", progress.phase, progress.rows, held.unwrap_or(""));
/// });
/// # drop(builder);
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The migration's id.
    pub migration: &'a str,
    /// The phase.
    pub phase: Phase,
    /// The step, counted from 1.
    pub step: usize,
    /// The steps of the phase.
    pub steps: usize,
    /// The table or partition that is being filled or indexed, quoted and schema-qualified.
    pub table: Option<&'a str>,
    /// The rows filled so far, by earlier runs too.
    pub rows: u64,
    /// The blocks of the heap that are behind us.
    pub done_blocks: u64,
    /// The blocks of the heap in all.
    pub total_blocks: u64,
    /// Rows a second, in this run.
    pub rate: f64,
    /// The time left, by blocks; none before there is something to judge by.
    pub eta: Option<Duration>,
    /// What the run waits for: whoever paused it, the load, the hook's reason, or the sessions
    /// whose locks are in the way.
    pub held_by: Option<&'a str>,
}
