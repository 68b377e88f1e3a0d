//! A rehearsal of the quickstart's migrations, as a user would have it among the tests.

use std::time::Duration;

use changeover::testing::{Server, rehearse};

#[path = "../quickstart/migrations/mod.rs"]
mod migrations;

#[tokio::test]
async fn the_quickstart_is_rehearsed() -> Result<(), Box<dyn std::error::Error>> {
    let database = Server::shared().await?.database("rehearsal").await?;
    let rehearsal = rehearse(&migrations::MIGRATIONS)
        .seed("insert into users (username) select 'user ' || n from generate_series(1, 1000) n")
        .at_rest(Duration::from_millis(300))
        .old("select username from users order by id limit 20")
        .run(database.url())
        .await?;
    assert!(rehearsal.is_clean(), "{rehearsal}");
    Ok(())
}
