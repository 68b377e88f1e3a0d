//! Databases from before leases had owners: their builds go on, and their rights become narrow.

use std::time::Duration;

use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use tokio_postgres::{Client, NoTls};

/// What the last upgrade but one left, as far as it counts here: the functions keep their rights.
const AS_BEFORE: &str = "
    drop table changeover.speakers;
    alter table changeover.instances drop column owner;
    alter table changeover.gates drop column needs_newer;
    drop function changeover.migrations_of, changeover.steps_of, changeover.gates_of,
        changeover.controls_of, changeover.leases_of;
    delete from changeover.upgrades where version >= 7;
    insert into changeover.migrations (history, id, position, state) values ('beta', 'm1', 0, 'migrated');
    insert into changeover.instances (history, instance, head, position, about, lease, since, spoke_at)
        values ('harness', 'from before', 'm0002_rename', 1, repeat(e'x\\n', 50000), '293000 years',
            now(), now())";

/// As a keeper from before calls them.
const HOLD: &str = "select changeover.hold_lease('harness', 'kept', 'm0002_rename', 1, 'host:1',
    pg_catalog.make_interval(secs => 30), true)";

async fn hold(session: &Client, history: &str) -> bool {
    let sql = HOLD.replace("'harness'", &format!("'{history}'"));
    session.batch_execute(&sql).await.is_ok()
}

#[test]
fn builds_from_before_owners_go_on() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("old_leases", 10).await?;
        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        fixture.runner(&old).await?.migrate().await?;
        let logins = Logins::make(&fixture.db, fixture.url(), &["app", "stranger"]).await?;
        let app = logins.role("app");
        let granted = format!(
            "grant usage on schema changeover to {app};
             grant execute on function changeover.hold_lease(text, text, text, integer, text, interval,
                 boolean), changeover.release_lease(text, text), changeover.live_instances(text) to {app};
             grant select on changeover.migrations, changeover.steps, changeover.gates,
                 changeover.instances, changeover.controls, changeover.holds to {app}"
        );
        fixture.db.batch_execute(&granted).await?;
        fixture.db.batch_execute(AS_BEFORE).await?;
        for _ in 0..2 {
            fixture.runner(&old).await?.migrate().await?;
            // As where the record of upgrades is lost.
            fixture.db.batch_execute("delete from changeover.upgrades where version >= 7").await?;
        }
        fixture.runner(&old).await?.migrate().await?;
        let bounded =
            "select lease <= interval '1 day' and length(about) <= 255 and about !~ e'\\n'
            from changeover.instances where instance = 'from before'";
        if !fixture.holds(bounded).await? {
            fail!("the old lease has no bounds");
        }
        let session = logins.connect("app").await?;
        // Both are kept until somebody says which.
        if !hold(&session, "harness").await || !hold(&session, "beta").await {
            fail!("an old build lost its lease");
        }
        let builder = Fixture::leasing(&old).finishes(false);
        let newer = builder.connect_with(logins.config("app")?, NoTls).await?.hold_lease().await?;
        newer.ready(Duration::from_mins(1)).await?;
        newer.release().await;
        logins.let_hold(&fixture.db, "app", "harness").await?;
        if !hold(&session, "harness").await || hold(&session, "beta").await {
            fail!("the grants of now do not narrow those of before");
        }
        fixture.db.batch_execute("delete from changeover.upgrades where version >= 7").await?;
        fixture.runner(&old).await?.migrate().await?;
        if hold(&session, "beta").await {
            fail!("an upgrade that is run again widens them");
        }
        logins.drop().await
    })
}
