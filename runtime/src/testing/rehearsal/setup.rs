//! What a rehearsal was told.

use std::time::Duration;

use crate::migration::Migrations;
use crate::settings::interrupt::Interrupt;

type Tell = Box<dyn Fn(&str) + Send + Sync>;

pub(super) struct Setup {
    pub(super) history: Migrations,
    pub(super) app: Option<String>,
    pub(super) since: Option<String>,
    pub(super) seed: Vec<String>,
    /// Each with the migration that it comes after.
    pub(super) seed_after: Vec<(String, String)>,
    pub(super) old: Vec<String>,
    pub(super) new: Vec<String>,
    /// Queries that must give no row.
    pub(super) none: Vec<String>,
    /// Requests a second of each build.
    pub(super) rate: u32,
    pub(super) at_rest: Duration,
    pub(super) longest_lock: Duration,
    pub(super) sample: Option<Duration>,
    pub(super) interrupt: Interrupt,
    pub(super) tell: Option<Tell>,
}

impl Setup {
    pub(super) fn new(history: &Migrations) -> Setup {
        Setup {
            history: *history,
            app: None,
            since: None,
            seed: Vec::new(),
            seed_after: Vec::new(),
            old: Vec::new(),
            new: Vec::new(),
            none: Vec::new(),
            rate: 100,
            at_rest: Duration::from_secs(10),
            longest_lock: Duration::from_millis(500),
            sample: None,
            interrupt: Interrupt::default(),
            tell: None,
        }
    }
}
