//! Whatever ends a run, the next one goes on: kills, cuts, crashes, failover, a full disk.

mod cut;
mod disk_full;
pub(crate) mod dropped;
mod failover;
mod fence;
mod interrupted_index;
mod kill_and_resume;
mod kills;
mod lost_statements;
pub(crate) mod pooler;
mod reconnected;
mod repeated;
mod restart;
