//! What goes on in a database at one moment.

use std::fmt;
use std::time::Duration;

use crate::migration::Phase;
use crate::outcome::status::Status;
use crate::session::shown::on_one_line;
use crate::settings::load::Load;

/// What goes on at one moment, given by [`glance`](crate::Changeover::glance); the command `watch`
/// shows one after the other.
///
/// ```no_run
/// use changeover::Changeover;
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # async fn example(url: &str) -> Result<(), changeover::Error> {
/// let glance = Changeover::builder(&MIGRATIONS).connect(url).await?.glance().await?;
/// if let Some(step) = &glance.running {
///     println!("{} {}: {} rows", step.migration, step.phase, step.rows);
/// }
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Glance {
    /// How far each migration is, what waits for whom, and who lives.
    pub status: Status,
    /// The step that a run is at; none where none is under way, or the role may not see.
    pub running: Option<RunningStep>,
    /// The sessions of this database that wait for others, a clause each, at most ten.
    pub queue: Vec<String>,
    /// What the server is busy with.
    pub load: Load,
}

/// A step that is under way.
///
/// ```
/// use changeover::Glance;
///
/// fn percent(glance: &Glance) -> Option<u64> {
///     let step = glance.running.as_ref()?;
///     (step.done * 100).checked_div(step.all?)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunningStep {
    /// The migration's id.
    pub migration: String,
    /// The phase.
    pub phase: Phase,
    /// The step's number in the phase, counted from 1.
    pub number: usize,
    /// Why the step is there.
    pub why: &'static str,
    /// The time since its last try began.
    pub since: Duration,
    /// The rows that it has filled.
    pub rows: u64,
    /// How much of it is done: rows of a backfill, blocks of an index build.
    pub done: u64,
    /// How much there is, by the server's statistics; none where nobody knows.
    pub all: Option<u64>,
}

impl RunningStep {
    /// The time until it ends, if it goes on as it has.
    pub fn left(&self) -> Option<Duration> {
        let all = self.all?;
        let rest = all.saturating_sub(self.done);
        let (rest, done) = (u32::try_from(rest).ok()?, u32::try_from(self.done).ok()?);
        self.since.checked_mul(rest)?.checked_div(done)
    }
}

impl Glance {
    /// Tells whether a run is under way that waits.
    fn is_held(&self) -> bool {
        self.status.migrations.iter().any(|migration| migration.held_by.is_some())
    }
}

const BAR: u64 = 30;

impl fmt::Display for RunningStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunningStep { migration, phase, number, why, since, rows, done, all } = self;
        let migration = on_one_line(migration);
        writeln!(f, "{migration} {phase} {number}: {why}")?;
        let part =
            |of: u64| all.and_then(|all| (done * of).checked_div(all)).map(|part| part.min(of));
        if let (Some(filled), Some(percent)) = (part(BAR), part(100)) {
            let bar: String = (0..BAR).map(|at| if at < filled { '█' } else { '░' }).collect();
            write!(f, "  {bar} {percent} %")?;
        }
        write!(f, "  for {} s", since.as_secs())?;
        if *rows > 0 {
            let rate = u128::from(*rows) * 1000 / since.as_millis().max(1);
            write!(f, ", {rows} rows, {rate} a second")?;
        }
        let left = self.left().map(|left| left.as_secs());
        left.map_or(Ok(()), |left| write!(f, ", about {left} s left"))?;
        writeln!(f)
    }
}

impl fmt::Display for Glance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        match &self.running {
            Some(step) => write!(f, "\n{step}")?,
            None if self.is_held() => writeln!(f, "\na run waits before its next step")?,
            None => writeln!(f, "\nno run is under way")?,
        }
        self.queue.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        writeln!(f, "{}", self.load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_its_rate_and_what_is_left() {
        let step = RunningStep {
            migration: "m0002".to_owned(),
            phase: Phase::Migrate,
            number: 1,
            why: "fills",
            since: Duration::from_secs(10),
            rows: 2000,
            done: 2000,
            all: Some(10_000),
        };
        let said = step.to_string();
        for part in ["m0002 migrate 1: fills\n", " 20 %", "200 a second", "about 40 s left"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let unknown = RunningStep { all: None, ..step.clone() }.to_string();
        assert!(!unknown.contains('%') && !unknown.contains("left"), "{unknown}");
        let none = RunningStep { all: Some(0), done: 0, rows: 0, ..step };
        assert_eq!(none.left(), None);
    }
}
