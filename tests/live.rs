//! Every operation's life under traffic, and what a runner must survive, on a real PostgreSQL.

use changeover_tests::{Failure, Scenario, block_on, run};

#[path = "live/alone.rs"]
mod alone;
#[path = "live/blocked.rs"]
mod blocked;
#[path = "live/bound.rs"]
mod bound;
#[path = "live/by_hand.rs"]
mod by_hand;
#[path = "live/clocks.rs"]
mod clocks;
#[path = "live/combined.rs"]
mod combined;
#[path = "live/constraints.rs"]
mod constraints;
#[path = "live/contract.rs"]
mod contract;
#[path = "live/convert.rs"]
mod convert;
#[path = "live/converted.rs"]
mod converted;
#[path = "live/cut.rs"]
mod cut;
#[path = "live/deadlocks.rs"]
mod deadlocks;
#[path = "live/direct.rs"]
mod direct;
#[path = "live/disk_full.rs"]
mod disk_full;
#[path = "live/dropped.rs"]
mod dropped;
#[path = "live/edited.rs"]
mod edited;
#[path = "live/failover.rs"]
mod failover;
#[path = "live/faithful.rs"]
mod faithful;
#[path = "live/fence.rs"]
mod fence;
#[path = "live/functions.rs"]
mod functions;
#[path = "live/generated.rs"]
mod generated;
#[path = "live/hand_written.rs"]
mod hand_written;
#[path = "live/indexes.rs"]
mod indexes;
#[path = "live/interrupted_index.rs"]
mod interrupted_index;
#[path = "live/kill_and_resume.rs"]
mod kill_and_resume;
#[path = "live/kills.rs"]
mod kills;
#[path = "live/lease_race.rs"]
mod lease_race;
#[path = "live/leases.rs"]
mod leases;
#[path = "live/lost_statements.rs"]
mod lost_statements;
#[path = "live/numbers.rs"]
mod numbers;
#[path = "live/outside.rs"]
mod outside;
#[path = "live/outside_objects.rs"]
mod outside_objects;
#[path = "live/partitioned.rs"]
mod partitioned;
#[path = "live/partitioned_index.rs"]
mod partitioned_index;
#[path = "live/partitioned_model.rs"]
mod partitioned_model;
#[path = "live/pooler.rs"]
mod pooler;
#[path = "live/preflight.rs"]
mod preflight;
#[path = "live/privileges.rs"]
mod privileges;
#[path = "live/quoting.rs"]
mod quoting;
#[path = "live/renamed_table.rs"]
mod renamed_table;
#[path = "live/repair.rs"]
mod repair;
#[path = "live/repeated.rs"]
mod repeated;
#[path = "live/replica.rs"]
mod replica;
#[path = "live/restart.rs"]
mod restart;
#[path = "live/retyped.rs"]
mod retyped;
#[path = "live/retyped_tables.rs"]
mod retyped_tables;
#[path = "live/role_settings.rs"]
mod role_settings;
#[path = "live/search_path.rs"]
mod search_path;
#[path = "live/secrets.rs"]
mod secrets;
#[path = "live/state_schema.rs"]
mod state_schema;
#[path = "live/statements.rs"]
mod statements;
#[path = "live/switch.rs"]
mod switch;
#[path = "live/teeth.rs"]
mod teeth;
#[path = "live/throttle.rs"]
mod throttle;
#[path = "live/undo.rs"]
mod undo;
#[path = "live/undo_filling.rs"]
mod undo_filling;
#[path = "live/undo_several.rs"]
mod undo_several;
#[path = "live/upserts.rs"]
mod upserts;
#[path = "live/views.rs"]
mod views;
#[path = "live/wider_keys.rs"]
mod wider_keys;

mod operations {
    include!(concat!(env!("OUT_DIR"), "/live.rs"));
}

fn live(scenario: &Scenario, name: &str) -> Result<(), Failure> {
    let slowest = block_on(run::run(scenario, name))?;
    eprintln!("slowest client statement: {:?}, {}", slowest.took, slowest.what);
    Ok(())
}
