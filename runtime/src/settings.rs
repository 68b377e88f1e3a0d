//! What a run may be told, and what it does unless it is.

use std::time::Duration;

use crate::finding::Preflight;
use crate::load::Throttle;
use crate::report::Progress;

pub(crate) type OnProgress = Box<dyn Fn(&Progress<'_>) + Send + Sync>;

pub(crate) struct Settings {
    pub(crate) app: String,
    pub(crate) lock_timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) index_timeout: Duration,
    pub(crate) batch_time: Duration,
    pub(crate) on_progress: Option<OnProgress>,
    pub(crate) throttle: Throttle,
    pub(crate) preflight: Preflight,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            app: "default".to_owned(),
            lock_timeout: Duration::from_millis(300),
            deadline: Duration::from_mins(10),
            index_timeout: Duration::from_mins(5),
            batch_time: Duration::from_millis(10),
            on_progress: None,
            throttle: Throttle::default(),
            preflight: Preflight::default(),
        }
    }
}
