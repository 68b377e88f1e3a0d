//! Runners in processes of their own that are killed with `kill -9`, and started again until they
//! are done.

mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use self::process::{End, Moment, Order};
use crate::Failure;
use crate::hand::Command;

/// What was done and what was met, over all cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub cases: u64,
    pub kills: u64,
    /// Processes that went on with what a killed one had begun.
    pub resumes: u64,
    /// Writes that the server acknowledged to a client.
    pub writes: u64,
    /// Clients that were refused something, or read what they had not written.
    pub errors: u64,
    /// Rows that differ from what clients wrote, or in which the shapes differ.
    pub wrong_rows: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.cases += other.cases;
        self.kills += other.kills;
        self.resumes += other.resumes;
        self.writes += other.writes;
        self.errors += other.errors;
        self.wrong_rows += other.wrong_rows;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { cases, kills, resumes, writes, errors, wrong_rows } = self;
        write!(
            f,
            "{kills} kills in {cases} lives, {resumes} resumes, {writes} client writes, \
             {errors} client errors, {wrong_rows} wrong rows"
        )
    }
}

/// When the processes of one life are killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moments {
    /// Never: for the lengths of whole runs.
    Never,
    /// At every boundary of two steps, and of windows of a backfill, one after the other.
    Boundaries,
    /// At random within the length of a whole run.
    Random,
}

/// Carries out what a life asks for.
#[derive(Debug)]
pub struct Killer {
    binary: &'static str,
    operation: &'static str,
    random: fastrand::Rng,
    moments: Moments,
    /// Of the boundaries at which a life is turned round, the first, and one in so many after it.
    turns: (u32, usize),
    /// How long each command takes where nobody kills it, at the most.
    lengths: BTreeMap<String, Duration>,
    spared: bool,
    pub tally: Tally,
}

/// One command, from its first process to the one that comes through.
#[derive(Debug)]
pub(crate) struct Run {
    order: Order,
    attempts: u32,
    /// Where processes were held.
    held_at: BTreeSet<String>,
    /// The report at which the next one is to be.
    report: u32,
}

impl Killer {
    /// The path of the helper binary is known to test targets only.
    pub fn new(binary: &'static str, operation: &'static str, seed: u64) -> Self {
        Killer {
            binary,
            operation,
            random: fastrand::Rng::with_seed(seed),
            moments: Moments::Never,
            turns: (0, 1),
            lengths: BTreeMap::new(),
            spared: false,
            tally: Tally::default(),
        }
    }

    /// Takes one in so many of the boundaries at which a life is turned round; which, hangs on the seed.
    /// Each of them costs a whole way there and back.
    #[must_use]
    pub fn one_in(mut self, stride: u32) -> Self {
        let stride = stride.max(1);
        self.turns = (self.random.u32(..stride), usize::try_from(stride).unwrap_or(1));
        self
    }

    /// Begins another life.
    pub fn kill_at(&mut self, moments: Moments) {
        (self.moments, self.spared) = (moments, false);
        self.tally.cases += 1;
    }

    pub(crate) fn has_boundaries(&self) -> bool {
        self.moments == Moments::Boundaries
    }

    /// The reports at which a life is turned round.
    pub(crate) fn turns(&self) -> impl Iterator<Item = u32> + use<> {
        let (first, stride) = self.turns;
        (first..).step_by(stride)
    }

    /// Sets whether runners are to be spared for now.
    pub(crate) fn spare(&mut self, spared: bool) {
        self.spared = spared;
    }

    pub(crate) fn is_spared(&self) -> bool {
        self.spared
    }

    /// Takes on a command; `until` is the head of the build that runs it.
    pub(crate) fn begin(&mut self, url: &str, until: &str, command: Command<'_>) -> Run {
        let order = Order {
            binary: self.binary,
            url: url.to_owned(),
            history: format!("op:{}@{until}", self.operation),
            command: command.to_string(),
        };
        Run { order, attempts: 0, held_at: BTreeSet::new(), report: 0 }
    }

    /// Starts one process; whether it came through.
    pub(crate) async fn attempt(&mut self, run: &mut Run) -> Result<bool, Failure> {
        let moment = match self.moments {
            Moments::Never => Moment::Never,
            Moments::Boundaries => Moment::Report(run.report),
            Moments::Random => Moment::After(self.instant(run)),
        };
        self.start(run, moment).await
    }

    /// Starts one process that is killed somewhere, if it is not done before.
    pub(crate) async fn attempt_once(
        &mut self,
        run: &mut Run,
        report: u32,
    ) -> Result<bool, Failure> {
        let moment = match self.moments {
            Moments::Never => Moment::Never,
            Moments::Boundaries => Moment::Report(report),
            Moments::Random => Moment::After(self.instant(run)),
        };
        self.start(run, moment).await
    }

    /// Later with each start, so that a run comes through which is slower than the measured one.
    fn instant(&mut self, run: &Run) -> Duration {
        let whole = self.lengths.get(&run.order.command).copied().unwrap_or_default();
        whole.mul_f64(self.random.f64() * (1.0 + f64::from(run.attempts) / 10.0))
    }

    async fn start(&mut self, run: &mut Run, moment: Moment) -> Result<bool, Failure> {
        let order = run.order.clone();
        let ended = tokio::task::spawn_blocking(move || process::run(&order, moment)).await;
        let ended = ended.map_err(|error| Failure::new(error.to_string()))?;
        let place = |failure: Failure| {
            let Run { order, attempts, .. } = &*run;
            let kills = self.tally.kills;
            failure.during(format!(
                "`{}` of {}, start {attempts} ({moment:?}) after {kills} kills",
                order.command, order.history
            ))
        };
        let ended = ended.map_err(place)?;
        self.tally.resumes += u64::from(run.attempts > 0);
        run.attempts += 1;
        match ended {
            End::Done(took) => {
                if self.moments == Moments::Never {
                    let length = self.lengths.entry(run.order.command.clone()).or_default();
                    *length = took.max(*length);
                }
                Ok(true)
            }
            End::Killed(held_at) => {
                self.tally.kills += 1;
                // A process reports first where the last one was killed. One that stands where
                // another one stood has to be let further.
                let is_new = run.held_at.insert(held_at);
                run.report = if is_new { 1 } else { run.report + 1 };
                Ok(false)
            }
        }
    }
}
