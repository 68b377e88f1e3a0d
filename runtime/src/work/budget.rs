//! How long statements may wait and run.

use std::time::Duration;

use crate::migration::Statement;
use crate::settings::Settings;

/// The longest that a statement may run while it holds a lock that blocks clients.
pub(crate) const BRIEF: Duration = Duration::from_secs(5);

/// Returns how long a statement outside transactions may wait. `lock_timeout` also counts the wait
/// for older transactions, which may be long where it blocks nobody. Behind a lock that blocks,
/// clients queue, so there each try is short.
pub(crate) fn wait_outside(settings: &Settings, statement: &Statement) -> Duration {
    let blocks = statement.locks.iter().any(|lock| lock.mode.blocks_clients());
    if blocks { settings.lock_timeout } else { settings.index_timeout }
}
