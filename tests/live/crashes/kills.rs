//! `kill -9` of runners at every boundary of their steps and at random, in every operation, under
//! writers: no client is refused anything, and no row is wrong.
//!
//! A part of the operations and of the boundaries each day; `CHANGEOVER_KILLS=1000` takes all of them, and lives through
//! them again until so many processes were killed. `CHANGEOVER_KILLS_SEED` and
//! `CHANGEOVER_KILLS_OPERATION` repeat a case.

use std::collections::VecDeque;
use std::env;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use changeover_tests::kills::{Killer, Moments, Tally};
use changeover_tests::ops;
use changeover_tests::{Failure, Scenario, block_on, fail, run};

const MIGRATE: &str = env!("CARGO_BIN_EXE_migrate");

/// How many of the operations a short run takes: one in so many.
const STRIDE: usize = 38;

/// How many of the boundaries a short run turns round at: an operation of two dozen steps has seventy.
const TURNS_STRIDE: u32 = 8;

/// Lives that are lived at the same time: each waits most of the time.
const AT_ONCE: usize = 2;

type Operation = (&'static str, fn() -> Scenario);

/// One operation, with what is known of it from life to life.
struct Case {
    name: &'static str,
    scenario: fn() -> Scenario,
    killer: Killer,
    failure: Option<Failure>,
}

#[test]
fn no_kill_is_noticed() -> Result<(), Failure> {
    let wanted: Option<u64> = number("CHANGEOVER_KILLS");
    let seed = number("CHANGEOVER_KILLS_SEED").unwrap_or_else(day);
    let stride = if wanted.is_none() { TURNS_STRIDE } else { 1 };
    let operations = operations(wanted.is_none(), seed);
    let names: Vec<&str> = operations.iter().map(|(name, _)| *name).collect();
    eprintln!("seed {seed}, {} operations: {}", names.len(), names.join(", "));
    let started = Instant::now();
    let cases = block_on(async {
        let mut cases = operations.into_iter().map(|one| Case::new(one, seed, stride)).collect();
        for moments in [Moments::Never, Moments::Boundaries, Moments::Random] {
            cases = live(cases, moments).await;
            eprintln!("{:.0?}, {moments:?}: {}", started.elapsed(), total(&cases));
        }
        while cases.iter().any(Case::goes_on) && total(&cases).kills < wanted.unwrap_or_default() {
            cases = live(cases, Moments::Random).await;
            eprintln!("{:.0?}: {}", started.elapsed(), total(&cases));
        }
        Ok(cases)
    })?;
    let failures = cases.iter().filter_map(|case| Some(case.failure.as_ref()?.0.as_str()));
    let failures: Vec<&str> = failures.collect();
    if !failures.is_empty() {
        eprintln!("to repeat: CHANGEOVER_KILLS_SEED={seed} CHANGEOVER_KILLS_OPERATION=<operation>");
        fail!(
            "{} of {} operations failed:\n{}",
            failures.len(),
            cases.len(),
            failures.join("\n\n")
        );
    }
    if total(&cases).kills == 0 {
        fail!("nothing was killed");
    }
    Ok(())
}

/// What the way back takes besides is in steps of its own: a run that stopped between them must not
/// keep it from beginning, nor one of an undo a release.
#[test]
fn a_way_back_and_a_way_forth_begin_anywhere() -> Result<(), Failure> {
    block_on(async {
        for name in ["drop_not_null", "drop_constraint", "change_type"] {
            let Some((_, scenario)) = ops::ALL.iter().find(|(known, _)| *known == name) else {
                fail!("no operation is called {name}")
            };
            let mut killer = Killer::new(MIGRATE, name, 0);
            killer.kill_at(Moments::Boundaries);
            run::run_half_way(&scenario(), name, &mut killer).await?;
            if killer.tally.kills == 0 {
                fail!("nothing was killed");
            }
        }
        Ok(())
    })
}

impl Case {
    fn new((name, scenario): Operation, seed: u64, stride: u32) -> Case {
        let own = name.bytes().fold(seed, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte));
        let killer = Killer::new(MIGRATE, name, own).one_in(stride);
        Case { name, scenario, killer, failure: None }
    }

    fn goes_on(&self) -> bool {
        self.failure.is_none()
    }

    async fn live(&mut self, moments: Moments) {
        self.killer.kill_at(moments);
        let outcome = run::run_killed(&(self.scenario)(), self.name, &mut self.killer).await;
        self.failure = outcome.err().map(|failure| {
            let tally = self.killer.tally;
            failure.during(format!("{}, {moments:?}, {tally}", self.name))
        });
    }
}

/// Lives through every case once more.
async fn live(cases: Vec<Case>, moments: Moments) -> Vec<Case> {
    let waiting = Mutex::new(VecDeque::from(cases));
    let work = async || {
        let mut lived = Vec::new();
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        while let Some(mut case) = next() {
            if case.goes_on() {
                case.live(moments).await;
            }
            lived.push(case);
        }
        lived
    };
    futures_util::future::join_all((0..AT_ONCE).map(|_| work()))
        .await
        .into_iter()
        .flatten()
        .collect()
}

fn total(cases: &[Case]) -> Tally {
    let mut total = Tally::default();
    for case in cases {
        total += case.killer.tally;
    }
    total
}

fn operations(is_short: bool, seed: u64) -> Vec<Operation> {
    let wanted = env::var("CHANGEOVER_KILLS_OPERATION").ok();
    let first = usize::try_from(seed).unwrap_or_default() % STRIDE;
    let chosen = |(number, (name, _)): &(usize, &Operation)| match &wanted {
        Some(wanted) => name == wanted,
        None => !is_short || number % STRIDE == first,
    };
    ops::ALL.iter().enumerate().filter(chosen).map(|(_, operation)| *operation).collect()
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

fn day() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() / 86_400
}
