//! Watches the runner's table locks while it works, and holds them against what the plan declares.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use changeover::testing::{DeclaredLocks, LockSample, LockSampler, undeclared_lock};
use tokio::task::JoinHandle;

use crate::database::connect;
use crate::{Failure, fail};

const INTERVAL: Duration = Duration::from_millis(4);

/// For how long the runner may hold a lock that clients wait for. Plans hold one for a few
/// milliseconds; the rest is for a noisy machine.
const LONGEST_HOLD: Duration = Duration::from_millis(500);

/// For how long it may wait for such a lock, with clients queued behind it: its `lock_timeout`, and
/// what a busy machine may add.
const LONGEST_WAIT: Duration = Duration::from_millis(300 + 400);

/// The task that watches.
#[derive(Debug)]
pub(crate) struct Sampler {
    shared: Arc<Shared>,
    task: JoinHandle<Result<(), Failure>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_timed: bool,
    stop: AtomicBool,
    declared: Mutex<DeclaredLocks>,
    violations: Mutex<Vec<String>>,
}

impl Sampler {
    /// `is_timed` says that locks which block clients may be held for no longer than a moment.
    pub(crate) async fn start(url: &str, is_timed: bool) -> Result<Self, Failure> {
        let db = connect(url, "harness-locks").await?;
        let sampler =
            LockSampler::new(db).await.map_err(|error| Failure::new(error.to_string()))?;
        let shared = Arc::new(Shared { is_timed, ..Shared::default() });
        let task = tokio::spawn(watch(sampler, shared.clone()));
        Ok(Sampler { shared, task })
    }

    /// From now on the runner may take these locks.
    pub(crate) fn allow(&self, declared: DeclaredLocks) {
        *self.shared.declared.lock().unwrap_or_else(PoisonError::into_inner) = declared;
    }

    pub(crate) async fn finish(self) -> Result<(), Failure> {
        self.shared.stop.store(true, Ordering::Relaxed);
        match self.task.await {
            Ok(outcome) => outcome?,
            Err(error) => fail!("the lock sampler panicked: {error}"),
        }
        self.shared.check()
    }

    /// Fails where the runner has taken what it may not, so far.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        self.shared.check()
    }
}

async fn watch(sampler: LockSampler, shared: Arc<Shared>) -> Result<(), Failure> {
    let mut pace = tokio::time::interval(INTERVAL);
    let mut seen: HashMap<(i32, String, String, bool), Instant> = HashMap::new();
    while !shared.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        // While a sample is taken the run may go over to its next phase: a lock is one that either
        // allows.
        let before = shared.declared();
        let locks = sampler.sample().await.map_err(|error| Failure::new(error.to_string()))?;
        let after = shared.declared();
        let mut now = HashMap::new();
        for sample in locks {
            shared.report(undeclared(&[&before, &after], &sample));
            if shared.is_timed && sample.mode.blocks_clients() {
                let key =
                    (sample.pid, sample.transaction.clone(), sample.table.clone(), sample.granted);
                let since = *seen.get(&key).unwrap_or(&Instant::now());
                shared.report(too_long(&sample, since.elapsed()));
                now.insert(key, since);
            }
        }
        seen = now;
    }
    Ok(())
}

fn undeclared(declared: &[&DeclaredLocks], sample: &LockSample) -> Option<String> {
    let most = undeclared_lock(declared, sample)?;
    let LockSample { mode, table, query, .. } = sample;
    Some(format!("{mode} on {table}, declared {most}, in `{query}`"))
}

fn too_long(sample: &LockSample, took: Duration) -> Option<String> {
    let bound = if sample.granted { LONGEST_HOLD } else { LONGEST_WAIT };
    let verb = if sample.granted { "held" } else { "waited for" };
    (took > bound).then(|| {
        format!(
            "{} on {} {verb} for over {bound:?}, in `{}`",
            sample.mode, sample.table, sample.query
        )
    })
}

impl Shared {
    fn declared(&self) -> DeclaredLocks {
        self.declared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn check(&self) -> Result<(), Failure> {
        let violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        if !violations.is_empty() {
            fail!("locks that the plan does not allow:\n  {}", violations.join("\n  "));
        }
        Ok(())
    }

    fn report(&self, violation: Option<String>) {
        let Some(violation) = violation else { return };
        let mut violations = self.violations.lock().unwrap_or_else(PoisonError::into_inner);
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
}
