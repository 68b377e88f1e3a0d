//! For how long clients were kept out, where the server takes its time over a commit: it lets the
//! locks go in it, and removes files afterwards.

use std::time::Duration;

use crate::migration::mock::{ALTER, FOUR, Mock};
use crate::{Changeover, Gate, Phase};

/// What the server does after it let the locks go.
const AFTER: Duration = Duration::from_millis(400);

/// The longest lock of a phase on a server that is slow to commit this statement.
async fn longest_lock(phase: Phase, slow: &'static str) -> Duration {
    let mut is_open = false;
    let (mock, _) = Mock::new(move |sql, _| {
        is_open = sql == slow || (is_open && !sql.starts_with("begin"));
        if is_open && sql.ends_with("commit") {
            std::thread::sleep(AFTER);
        }
        None
    });
    let mut changeover = Changeover::builder(&FOUR).gate(Gate::Manual).executor(mock);
    let report = changeover.contract().await.expect("nothing was refused");
    let done = report.phases.iter().filter(|one| one.phase == phase && one.steps > 0);
    done.map(|one| one.longest_lock).max().expect("the phase ran")
}

#[tokio::test]
async fn what_a_commit_removes_keeps_nobody_out_and_what_it_checks_does() {
    let adds = longest_lock(Phase::Expand, ALTER).await;
    assert!(adds >= AFTER, "{adds:?}");
    let drops = longest_lock(Phase::Contract, "alter table \"users\" drop x").await;
    assert!(drops < AFTER, "{drops:?}");
}
