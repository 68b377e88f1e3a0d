//! What a preflight leaves out, and what it finds of a phase that comes after the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use changeover::{Check, ErrorKind};
use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};

#[test]
fn what_passes_through_is_not_in_the_way() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_passing", 1_000).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (client, stop) = (connect(fixture.url(), "passing").await?, stop.clone());
            clients.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    client.simple_query("select count(*) from users").await?;
                }
                Ok::<_, tokio_postgres::Error>(())
            });
        }
        let mut changeover = fixture.runner(&RENAME_HISTORY).await?;
        let mut found = None;
        for _ in 0..20 {
            let findings = changeover.preflight().await?.0;
            found = found.or(findings.into_iter().find(|found| found.check == Check::Blocker));
        }
        stop.store(true, Ordering::Relaxed);
        while let Some(client) = clients.join_next().await {
            client.map_err(|error| Failure::new(error.to_string()))??;
        }
        match found {
            Some(found) => fail!("{found}"),
            None => Ok(()),
        }
    })
}

#[test]
fn a_published_table_without_identity_is_found_before_anything_is_changed() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("preflight_published", 1_000).await?;
        let whole =
            "alter table users replica identity nothing; create publication p for all tables";
        fixture.db.batch_execute(whole).await?;
        match fixture.runner(&RENAME_HISTORY).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Preflight
                    && error.to_string().contains("publication p") => {}
            outcome => fail!("the backfill would fail: {outcome:?}"),
        }
        let column = "select count(*) from pg_attribute
            where attrelid = 'users'::regclass and attname = 'display_name'";
        if fixture.count(column).await? != 0 {
            fail!("the phase began");
        }
        let mend = "alter table users replica identity default";
        fixture.db.batch_execute(mend).await?;
        fixture.runner(&RENAME_HISTORY).await?.contract().await?;
        fixture.db.batch_execute("drop publication p").await?;
        fixture.expect_model(&RENAME_HISTORY).await
    })
}
