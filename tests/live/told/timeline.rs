//! A roll-out is drawn from its record.

use std::time::Duration;

use changeover::{HeadTime, Limit, Migrations, Timeline, review};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};

use super::browser;

#[test]
fn a_roll_out_is_drawn_from_its_record() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("timeline").await?;
        let nothing = fixture.runner(&RENAME_HISTORY).await?.timeline().await?;
        if !nothing.migrations.is_empty() {
            fail!("{nothing:?}");
        }
        let fixture = fixture.users(500).await?;
        fixture.runner(&RENAME_HISTORY).await?.migrate().await?;
        fixture.runner(&RENAME_HISTORY).await?.force_contract("<b>nobody</b> lives").await?;
        let timeline = fixture.runner(&RENAME_HISTORY).await?.timeline().await?;
        let steps = timeline.migrations.iter().flat_map(|migration| &migration.steps);
        let recorded = "select count(*) from changeover.steps where started_at is not null";
        let (count, expected) = (steps.clone().count(), fixture.count(recorded).await?);
        if i64::try_from(count) != Ok(expected) || steps.clone().any(|step| step.took.is_none()) {
            fail!("{count} of {expected}: {timeline:?}");
        }
        if steps.map(|step| step.rows).sum::<u64>() != 500 {
            fail!("{timeline:?}");
        }
        let page = review::timeline(&timeline);
        for part in
            ["&lt;b&gt;nobody&lt;/b&gt; lives", "500 rows", "class=\"contract\"", "<h3>migrate"]
        {
            if !page.contains(part) {
                fail!("{part} is not in {page}");
            }
        }
        Ok(())
    })
}

/// A roll-out with all that there is to be drawn: a lock in the way, a pause, rests, and instances of
/// an older build that leave.
async fn eventful() -> Result<Timeline, Failure> {
    let fixture = Fixture::with_users("timeline_all", 5_000).await?;
    let old = until("m0002_rename")?;
    let lease = Fixture::leasing(&old).finishes(false).connect(fixture.url()).await?;
    let lease = lease.hold_lease().await?;
    let blocker = connect(fixture.url(), "blocker").await?;
    blocker.batch_execute("begin; lock table users in access share mode").await?;
    let builder = Fixture::builder(&RENAME_HISTORY)
        .gate(changeover::Gate::default())
        .lock_timeout(Duration::from_millis(50))
        .nice(1.0)
        .max_load(Limit::ActiveSessions(500));
    let mut run = builder.connect(fixture.url()).await?;
    let run = tokio::spawn(async move { run.migrate().await });
    fixture.wait_until("select exists (select from changeover.holds)").await?;
    let mut other = fixture.runner(&RENAME_HISTORY).await?;
    other.pause("<b>the sale</b> is on").await?;
    blocker.batch_execute("commit").await?;
    let held = "select exists (select from changeover.holds where reason like 'paused%')";
    fixture.wait_until(held).await?;
    other.resume().await?;
    run.await.map_err(|error| Failure::new(error.to_string()))??;
    lease.release().await;
    let newer = Fixture::leasing(&RENAME_HISTORY).finishes(false).connect(fixture.url()).await?;
    let newer = newer.hold_lease().await?;
    Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?.contract().await?;
    newer.release().await;
    Ok(other.timeline().await?)
}

fn until(id: &str) -> Result<Migrations, Failure> {
    RENAME_HISTORY.until(id).ok_or_else(|| Failure::new("no such migration"))
}

#[test]
fn it_tells_of_locks_pauses_rests_and_of_instances_that_leave() -> Result<(), Failure> {
    block_on(async {
        let timeline = eventful().await?;
        let steps = || timeline.migrations.iter().flat_map(|migration| &migration.steps);
        let sum = |of: fn(&changeover::StepTime) -> Duration| steps().map(of).sum::<Duration>();
        let times = [sum(|step| step.locked), sum(|step| step.held), sum(|step| step.rested)];
        if times.iter().any(Duration::is_zero) {
            fail!("{times:?}: {timeline:?}");
        }
        let counts = |head: &str| {
            let known = timeline.heads.iter().find(|known| known.head == head);
            let counts = known.map(|HeadTime { counts, .. }| counts.iter().map(|(_, live)| *live));
            counts.map(Iterator::collect::<Vec<_>>).unwrap_or_default()
        };
        if counts("m0002_rename") != [1, 0] || counts("m0003_contract") != [1] {
            fail!("{:?}", timeline.heads);
        }
        let Some(seen) = browser::on_a_phone(&review::timeline(&timeline))? else { return Ok(()) };
        let number = |name: &str| seen[name].as_f64().unwrap_or(-1.0);
        let nothing = ["scripts", "loaded"].map(number) == [0.0, 0.0];
        let fits = seen["wider"] == false && seen["outside"].as_array().is_some_and(Vec::is_empty);
        if !nothing || !fits || number("smallest") < 6.5 || number("bars") < 10.0 {
            fail!("{seen:#}");
        }
        let words = seen["words"].as_str().unwrap_or_default();
        for part in [
            "m0002_rename",
            "expand",
            "for locks",
            "held",
            "at rest",
            "1 → 0",
            "the gate of its contract",
        ] {
            if !words.contains(part) {
                fail!("`{part}` is not seen: {words}");
            }
        }
        for class in ["expand", "migrate", "contract", "locked", "held", "rested", "live"] {
            if !seen["classes"].as_array().is_some_and(|all| all.iter().any(|one| one == class)) {
                fail!("no bar is `{class}`: {seen:#}");
            }
        }
        Ok(())
    })
}
