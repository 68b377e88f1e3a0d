//! The server that tests use is itself tested against the real thing.
#![cfg(all(feature = "testing", unix))]

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use changeover::testing::Server;

type Outcome = Result<(), Box<dyn Error>>;

#[tokio::test]
async fn each_test_has_a_database_of_its_own() -> Outcome {
    let server = Server::shared().await?;
    let (one, other) = tokio::try_join!(server.database("same"), server.database("same"))?;
    assert_ne!(one.name(), other.name());
    one.connect().await?.batch_execute("create table only_here ()").await?;
    let row =
        other.connect().await?.query_one("select to_regclass('only_here')::text", &[]).await?;
    assert_eq!(row.try_get::<_, Option<String>>(0)?, None);
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_although_clients_are_connected() -> Outcome {
    let server = Server::shared().await?;
    let (kept, dropped) = tokio::try_join!(server.database("kept"), server.database("dropped"))?;
    let name = dropped.name().to_owned();
    let _client = dropped.connect().await?;
    drop(dropped);
    let count = "select count(*) from pg_database where datname = $1";
    let row = kept.connect().await?.query_one(count, &[&name]).await?;
    assert_eq!(row.try_get::<_, i64>(0)?, 0);
    Ok(())
}

#[tokio::test]
async fn locks_and_autovacuum_are_as_in_production() -> Outcome {
    let database = Server::shared().await?.database("settings").await?;
    let client = database.connect().await?;
    for (setting, value) in
        [("autovacuum", "on"), ("deadlock_timeout", "1s"), ("wal_level", "replica")]
    {
        let row = client.query_one(&format!("show {setting}"), &[]).await?;
        assert_eq!(row.try_get::<_, String>(0)?, value, "{setting}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_of_our_own_leaves_nothing_behind() -> Outcome {
    if env::var_os("DATABASE_URL").is_some() {
        return Ok(());
    }
    let server = Server::start().await?;
    let client = server.database("gone").await?.connect().await;
    // The database went with the temporary that named it, but the server is still there.
    drop(client);
    let database = server.database("directory").await?;
    let row = database.connect().await?.query_one("show unix_socket_directories", &[]).await?;
    let directory: String = row.try_get(0)?;
    assert!(Path::new(&directory).is_dir());
    drop((database, server));
    assert!(!Path::new(&directory).exists(), "{directory} is still there");
    Ok(())
}

/// Not a test of its own: the process that the next one kills.
#[tokio::test]
async fn server_until_killed() -> Outcome {
    if env::var_os("CHANGEOVER_TEST_KILL").is_none() {
        return Ok(());
    }
    let database = Server::shared().await?.database("killed").await?;
    println!("\nurl={}", database.url());
    std::future::pending().await
}

#[tokio::test]
async fn a_server_of_our_own_ends_when_we_are_killed() -> Outcome {
    if env::var_os("DATABASE_URL").is_some() {
        return Ok(());
    }
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", "server_until_killed", "--nocapture"])
        .env("CHANGEOVER_TEST_KILL", "1")
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no stdout")?).lines();
    let url =
        lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("url=")?.to_owned()));
    let url = url.ok_or("the child started no server")?;
    let (_client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    child.kill()?;
    child.wait()?;
    // The connection ends when the server does.
    assert!(connection.await.is_err());
    Ok(())
}
