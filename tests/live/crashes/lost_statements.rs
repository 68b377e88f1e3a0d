//! A connection that ends before or after any statement of a run: the next session ends what it
//! began, and clients notice nothing.
//!
//! One operation each day, and a part of its statements; `CHANGEOVER_KILLS` takes all of them.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use changeover_tests::cuts::{Cutter, Fault};
use changeover_tests::ops;
use changeover_tests::{Failure, block_on, fail, run};

/// A kind of work each: a backfill by SQL and one by a function, an index, a partition that is
/// detached, and a switch.
const OPERATIONS: [&str; 5] =
    ["rename_column", "change_type", "add_index", "backfill", "detach_partition"];

/// How many of the statements a short run takes: one in so many.
const STRIDE: usize = 6;

#[test]
fn a_release_and_its_undo_survive_a_cut_at_any_statement() -> Result<(), Failure> {
    block_on(async {
        if std::env::var_os("CHANGEOVER_KILLS").is_none() {
            let day = day();
            let name = OPERATIONS[day % OPERATIONS.len()];
            let faults = Fault::ALL.into_iter().cycle().skip(day % Fault::ALL.len());
            return cut(name, (day % STRIDE..).step_by(STRIDE).zip(faults)).await;
        }
        for name in OPERATIONS {
            for fault in Fault::ALL {
                cut(name, (0..).map(|statement| (statement, fault))).await?;
            }
        }
        Ok(())
    })
}

async fn cut(name: &str, at: impl Iterator<Item = (usize, Fault)>) -> Result<(), Failure> {
    let Some((_, scenario)) = ops::ALL.iter().find(|(known, _)| *known == name) else {
        fail!("no operation is called {name}")
    };
    let started = Instant::now();
    let mut cutter = Cutter::default();
    let tally = run::run_cut(&scenario(), name, &mut cutter, at).await?;
    let Cutter { cuts, longest, .. } = cutter;
    eprintln!(
        "{name}: {cuts} cuts in runs of up to {longest} statements, {} client writes, {} client \
         errors, {} wrong rows, {:.1?}",
        tally.writes,
        tally.errors,
        tally.wrong_rows,
        started.elapsed()
    );
    if cuts == 0 {
        fail!("no session was cut");
    }
    Ok(())
}

fn day() -> usize {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    usize::try_from(since.as_secs() / 86_400).unwrap_or_default()
}
