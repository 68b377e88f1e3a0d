//! `on conflict` of old and new builds on the two unique indexes of a renamed column, all at work
//! on the same few values. Without the queue in the sync trigger this fails within seconds.

use std::sync::Arc;

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

mod m0001_users {
    changeover::migration! {
        create_table!(users {
            id: bigint identity primary_key,
            username: text not_null unique,
            visits: bigint not_null default 0,
        });
    }
}

mod m0002_rename {
    changeover::migration! {
        after super::m0001_users;
        rename_column!(users.username => display_name);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_users, m0002_rename];
}

/// Half of them of the old build, half of the new.
const CLIENTS: usize = 8;
/// Enough that without the queue several of them fail.
const VALUES: usize = 1_500;

#[test]
fn concurrent_upserts_of_one_value_meet_no_error() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("upserts").await?;
        fixture.runner(&HISTORY).await?.migrate().await?;
        let barrier = Arc::new(Barrier::new(CLIENTS));
        let mut clients = JoinSet::new();
        for column in ["username", "display_name"] {
            for _ in 0..CLIENTS / 2 {
                clients.spawn(upsert(fixture.url().to_owned(), column, Arc::clone(&barrier)));
            }
        }
        let mut errors = Vec::new();
        while let Some(client) = clients.join_next().await {
            errors.extend(client.map_err(|error| Failure::new(error.to_string()))??);
        }
        if !errors.is_empty() {
            fail!("{} upserts failed: {}", errors.len(), errors[0]);
        }
        let visits = fixture.count("select sum(visits + 1)::bigint from users").await?;
        if usize::try_from(visits) != Ok(VALUES * CLIENTS) {
            fail!("{visits} upserts were counted");
        }
        Ok(())
    })
}

/// Inserts or finds each value at the same moment as every other connection, and returns what
/// failed.
async fn upsert(url: String, column: &str, barrier: Arc<Barrier>) -> Result<Vec<String>, Failure> {
    let db = connect(&url, "upserts").await?;
    let upsert = format!(
        "insert into users ({column}) values ('v' || $1::bigint) \
         on conflict ({column}) do update set visits = users.visits + 1"
    );
    let upsert = db.prepare(&upsert).await?;
    let mut errors = Vec::new();
    for value in 0..VALUES {
        let value = i64::try_from(value).unwrap_or_default();
        barrier.wait().await;
        if let Err(error) = db.execute(&upsert, &[&value]).await {
            errors.push(format!("{column}: {:?}", error.as_db_error()));
        }
    }
    Ok(errors)
}
