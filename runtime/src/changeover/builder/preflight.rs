//! What is looked for before a phase.

use std::sync::Arc;

use super::Builder;
use crate::outcome::finding::{Check, Severity, Threshold};

impl Builder {
    /// Sets what is made of a finding before a phase; see [`Check`] for what it is otherwise.
    #[must_use]
    pub fn preflight(mut self, check: Check, severity: Severity) -> Builder {
        self.settings.preflight.severities.push((check, severity));
        self
    }

    /// From where on something is a finding.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Builder {
        self.settings.preflight.set(threshold);
        self
    }

    /// Says how many bytes are free on the disk that the database is on, which SQL cannot ask;
    /// `None` where it is not known at the moment. With it [`Check::DiskSpace`] is fatal before
    /// a backfill or an index build that would fill the disk.
    #[must_use]
    pub fn free_disk<F>(mut self, ask: impl Fn() -> F + Send + Sync + 'static) -> Builder
    where
        F: Future<Output = Option<u64>> + Send + 'static,
    {
        self.settings.preflight.free_disk = Some(Arc::new(move || Box::pin(ask())));
        self
    }
}
