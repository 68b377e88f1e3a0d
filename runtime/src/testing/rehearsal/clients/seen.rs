//! What clients have seen, by the phase in which a request was due.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::build::Age;
use crate::session::shown::on_one_line;

/// Something that a client met and should not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trouble {
    pub(crate) age: Age,
    pub(crate) statement: String,
    /// The server's SQLSTATE, where it answered with an error.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
}

/// What clients have seen in one phase.
#[derive(Debug, Default)]
pub(crate) struct PhaseSeen {
    latencies: BTreeMap<Age, Vec<Duration>>,
    errors: BTreeMap<Age, u64>,
    /// How often, with the first row that it happened to.
    pub(crate) troubles: BTreeMap<Trouble, (u64, String)>,
    /// Statements that were prepared again, because what they give has another type.
    pub(crate) prepared_again: u64,
}

/// All phases, the current one last.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Vec<PhaseSeen>>);

impl Seen {
    fn phases(&self) -> MutexGuard<'_, Vec<PhaseSeen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins another phase.
    pub(crate) fn enter(&self) -> usize {
        let mut phases = self.phases();
        phases.push(PhaseSeen::default());
        phases.len() - 1
    }

    /// The number of the current phase.
    pub(super) fn current(&self) -> usize {
        self.phases().len().saturating_sub(1)
    }

    pub(super) fn request(&self, phase: usize, age: Age, took: Duration, failed: bool) {
        if let Some(phase) = self.phases().get_mut(phase) {
            phase.latencies.entry(age).or_default().push(took);
            *phase.errors.entry(age).or_default() += u64::from(failed);
        }
    }

    pub(super) fn trouble(&self, phase: usize, mut trouble: Trouble, example: &str) {
        trouble.message = on_one_line(&trouble.message);
        if let Some(phase) = self.phases().get_mut(phase) {
            let known = phase.troubles.entry(trouble).or_insert_with(|| (0, on_one_line(example)));
            known.0 += 1;
        }
    }

    pub(super) fn prepared_again(&self, phase: usize) {
        if let Some(phase) = self.phases().get_mut(phase) {
            phase.prepared_again += 1;
        }
    }

    /// Takes what is known of all phases, in order.
    pub(crate) fn take(&self) -> Vec<PhaseSeen> {
        std::mem::take(&mut *self.phases())
    }
}

impl PhaseSeen {
    /// How many of a build's requests failed.
    pub(crate) fn errors(&self, age: Age) -> u64 {
        self.errors.get(&age).copied().unwrap_or_default()
    }

    /// The latencies of a build's requests, the shortest first.
    pub(crate) fn sorted(&self, age: Age) -> Vec<Duration> {
        let mut all = self.latencies.get(&age).cloned().unwrap_or_default();
        all.sort_unstable();
        all
    }
}
