//! A shop moves from one PostgreSQL server to another while its clients write, and back again:
//! `cargo run --example blue_green`.
//!
//! Blue has the data; green becomes its equal by logical replication, and then takes its place. It
//! needs no set-up: it starts two servers of its own. `BLUE_URL` and `GREEN_URL` name two empty
//! databases instead, for superusers, of servers with `wal_level = logical`; they may be of different
//! major versions. `docs/blue-green.md` has what such a move has to mind.

mod cut_over;
mod migrations;
mod replication;
mod side;
mod writers;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use changeover::Verify;
use changeover::testing::Server;

use crate::cut_over::{Held, cut_over};
use crate::replication::{Rows, copied, lag, publish, subscribe, unsubscribe, without_identity};
use crate::side::Side;
use crate::writers::Writers;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let (_servers, blue, green) = sides().await?;
    prepare(&blue, &green).await?;
    let writers = Writers::start(&blue)?;
    writers.advance(200).await?;
    replicate(&blue, &green).await?;
    release(&blue, &green, &writers).await?;
    expect_equal(&blue, &green, &writers).await?;

    println!("\nthe move from blue to green");
    let held = cut_over(&blue, &green, || writers.send_to(&green)).await?;
    tell(&held, &writers).await?;
    expect_equal(&green, &blue, &writers).await?;

    println!("\nand back: blue has followed green, and takes the writes again");
    let held = cut_over(&green, &blue, || writers.send_to(&blue)).await?;
    tell(&held, &writers).await?;
    expect_equal(&blue, &green, &writers).await?;

    println!("\nto green, for good");
    let held = cut_over(&blue, &green, || writers.send_to(&green)).await?;
    tell(&held, &writers).await?;
    expect_equal(&green, &blue, &writers).await?;
    unsubscribe(&blue, &green).await?;
    println!("  blue follows no more: {}", lag(&green).await?);
    // What takes away comes last, where nobody goes back to.
    green.changeover("m0004_drop_username").await?.contract().await?;
    println!("  green: the contract has run, after each row was verified");
    let all = writers.settle(&green).await?;
    println!("\nall {all} acknowledged writes are on green");
    Ok(())
}

/// Two databases; with them the servers, where these are our own.
async fn sides() -> Result<(Vec<Server>, Side, Side)> {
    if let (Ok(blue), Ok(green)) = (env::var("BLUE_URL"), env::var("GREEN_URL")) {
        return Ok((
            Vec::new(),
            Side::open("blue", &blue).await?,
            Side::open("green", &green).await?,
        ));
    }
    let (mut servers, mut urls) = (Vec::new(), Vec::new());
    for name in ["blue", "green"] {
        let mut server = Server::start_own().await?;
        let admin = Side::open(name, &server.url("postgres")).await?;
        admin.db.batch_execute("alter system set wal_level = logical").await?;
        server.crash().await?;
        server.restart().await?;
        let admin = Side::open(name, &server.url("postgres")).await?;
        admin.db.batch_execute("create database shop").await?;
        urls.push(server.url("shop"));
        servers.push(server);
    }
    let (blue, green) = (Side::open("blue", &urls[0]).await?, Side::open("green", &urls[1]).await?);
    Ok((servers, blue, green))
}

/// Blue is in production; green gets its schema by the same migrations, because replication brings
/// none.
async fn prepare(blue: &Side, green: &Side) -> Result<()> {
    for side in [blue, green] {
        let version = side.ask("show server_version").await?;
        println!("{} is PostgreSQL {version}", side.name);
    }
    println!("\nthe schema, on both");
    blue.migrate("m0001_create_shop").await?;
    let seed = "insert into accounts (username) select 'u' || n from generate_series(1, 5000) n;
        insert into visits select n, now() from generate_series(1, 1000) n";
    blue.db.batch_execute(seed).await?;
    println!("  blue: {} cannot be replicated as it is", without_identity(blue).await?.join(", "));
    blue.migrate("m0002_identify_visits").await?;
    let left = without_identity(blue).await?;
    if !left.is_empty() {
        return Err(format!("{} have no replica identity", left.join(", ")).into());
    }
    green.migrate("m0002_identify_visits").await?;
    for side in [blue, green] {
        side.admit().await?;
        publish(side).await?;
    }
    blue.let_write().await
}

async fn replicate(blue: &Side, green: &Side) -> Result<()> {
    println!("\ngreen follows blue");
    subscribe(green, blue, Rows::All).await?;
    copied(green, blue).await?;
    println!("  blue: {}", lag(blue).await?);
    Ok(())
}

/// A migration while they replicate: what adds comes first to the side that follows, which must have
/// each column that is sent to it, and lacks none.
async fn release(blue: &Side, green: &Side, writers: &Writers) -> Result<()> {
    println!("\na release: green first, then blue");
    green.migrate("m0003_rename_username").await?;
    writers.advance(200).await?;
    blue.migrate("m0003_rename_username").await?;
    writers.advance(200).await?;
    for side in [blue, green] {
        let mut changeover = side.changeover("m0003_rename_username").await?;
        let shapes = changeover.verify(&Verify::default()).await?;
        print!("  {}: {shapes}", side.name);
        if !shapes.agrees() {
            return Err("the two shapes differ".into());
        }
    }
    Ok(())
}

/// Holds each row of a side against the one that follows it, while clients write.
async fn expect_equal(from: &Side, to: &Side, writers: &Writers) -> Result<()> {
    writers.advance(200).await?;
    let mut changeover = from.changeover("m0003_rename_username").await?;
    let mut other = Side::open(to.name, &to.url).await?.db;
    let found = changeover.verify_against(&mut other, &Verify::default()).await?;
    println!("  {} against {}:", from.name, to.name);
    found.to_string().lines().for_each(|line| println!("    {line}"));
    println!("  {}: {}", from.name, lag(from).await?);
    if found.agrees() { Ok(()) } else { Err("the two databases differ".into()) }
}

async fn tell(held: &Held, writers: &Writers) -> Result<()> {
    println!("  writes were held for {:.0?}, up to {}", held.for_, held.lsn);
    writers.advance(200).await?;
    println!("  the slowest write since the last time took {:.0?}", writers.slowest());
    Ok(())
}
