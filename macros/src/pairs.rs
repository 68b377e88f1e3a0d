//! Every two changes that a history may hold, in one migration and in two, on a real server: what
//! is undone leaves nothing behind, and what is done ends as the model says.
//!
//! `CHANGEOVER_PAIRS=all` runs all of them; otherwise a part, another for each pair of days.

mod leak;

use std::sync::atomic::{AtomicUsize, Ordering};

use changeover::Changeover;
use changeover::migration as data;
use changeover::testing::{Database, Server};

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;
use crate::plan::sql;
use crate::typos::{BASE, SAMPLES, tokens};
use crate::{check, merge};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many of the pairs a short run takes: one in so many.
const STRIDE: usize = 13;
const AT_ONCE: usize = 4;

const SEED: &str = "
    insert into customers (name, number) select 'c' || n, n from generate_series(1, 20) n;
    insert into users (username, email, code) select 'u' || n, n || '@x', n from generate_series(1, 200) n;";

/// A history of two changes, and what the compiler says of it.
struct History {
    migrations: Vec<(&'static str, Migration)>,
}

impl History {
    /// The changes of each migration; none if the compiler refuses them.
    fn of(changes: &[&str]) -> Option<Self> {
        let errors = &mut Errors::new();
        let mut history = History { migrations: Vec::new() };
        history.add("m0001_base", BASE, errors);
        for (id, body) in ["m0002", "m0003"].into_iter().zip(changes) {
            history.add(id, body, errors);
        }
        for gate in ["switch", "contract"] {
            let waiting = history.waiting(gate);
            if !waiting.is_empty() {
                history.add(if gate == "switch" { "m0004" } else { "m0005" }, &waiting, errors);
            }
        }
        errors.take().is_empty().then_some(history)
    }

    fn add(&mut self, id: &'static str, body: &str, errors: &mut Errors) {
        let schema = match self.migrations.last() {
            Some((parent, migration)) => Schema::read(&migration.schema.write(), parent),
            None => Schema::default(),
        };
        let mut migration = Migration::parse_all(tokens(body), schema, errors);
        check::all(&migration, errors);
        merge::steps(&mut migration);
        self.migrations.push((id, migration));
    }

    /// The declarations that are still to be made.
    fn waiting(&self, gate: &str) -> String {
        let phase = if gate == "switch" { data::Phase::Switch } else { data::Phase::Contract };
        let waits =
            |migration: &Migration| leak::migration("", migration).steps(phase).next().is_some();
        let waiting = self.migrations.iter().filter(|(_, migration)| waits(migration));
        let declarations = waiting.map(|(id, _)| format!("{gate}!({id});"));
        declarations.collect::<Vec<_>>().concat()
    }

    fn leaked(&self) -> data::Migrations {
        let migrations =
            self.migrations.iter().map(|(id, migration)| leak::migration(id, migration));
        let schema = self.migrations.last().map(|(_, migration)| &migration.schema);
        let statements = schema.map(|schema| sql::build(&schema.in_order_of_need()));
        let schema = statements.iter().flatten().map(|statement| leak::text(statement));
        data::Migrations { migrations: leak::slice(migrations), schema: leak::slice(schema) }
    }
}

async fn dump(database: &Database) -> Result<Vec<String>, Failure> {
    let client = database.connect().await?;
    client.batch_execute("set search_path = pg_catalog").await?;
    let rows = client.query(include_str!("../../tests/src/catalog.sql"), &[&"none"]).await?;
    let mut lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.sort();
    Ok(lines)
}

fn expect_equal(what: &str, left: &[String], right: &[String]) -> Result<(), Failure> {
    let less: Vec<_> = left.iter().filter(|line| !right.contains(line)).collect();
    let more: Vec<_> = right.iter().filter(|line| !left.contains(line)).collect();
    if less.is_empty() && more.is_empty() {
        Ok(())
    } else {
        Err(format!("{what}: - {less:#?} + {more:#?}").into())
    }
}

/// PostgreSQL takes no value of an enum away.
fn expect_undone(what: &str, before: &[String], after: &[String]) -> Result<(), Failure> {
    let without_values = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| line.replace("calm_,", "").replace(",calm_", "")).collect()
    };
    expect_equal(what, &without_values(before), &without_values(after))
}

async fn live(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.database("pair").await?;
    let runner = async |until: &str| -> Result<Changeover, Failure> {
        let history = history.until(until).ok_or("no such migration")?;
        Ok(Changeover::new(&history).app("pairs").connect(database.url()).await?)
    };
    runner("m0001_base").await?.contract().await?;
    database.connect().await?.batch_execute(SEED).await?;
    let before = dump(&database).await?;

    runner("m0002").await?.expand().await?;
    runner("m0002").await?.undo("m0002").await?;
    expect_undone("after the undo of expand", &before, &dump(&database).await?)?;
    let both = if history.get("m0003").is_some() { "m0003" } else { "m0002" };
    runner(both).await?.migrate().await?;
    if both == "m0003" {
        runner(both).await?.undo("m0003").await?;
    }
    runner(both).await?.undo("m0002").await?;
    expect_undone("after the undo", &before, &dump(&database).await?)?;
    runner(both).await?.migrate().await?;
    let head = history.head().map_or("", |head| head.id);
    runner(head).await?.contract().await?;

    let model = server.database("pair_model").await?;
    let client = model.connect().await?;
    for statement in history.schema {
        client.batch_execute(statement).await.map_err(|error| format!("{statement}: {error:?}"))?;
    }
    expect_equal("the end and the model", &dump(&database).await?, &dump(&model).await?)
}

/// Each pair in one migration and in two, and what the compiler says of it.
fn pairs() -> Vec<(String, Option<History>)> {
    let mut found = Vec::new();
    for (at, first) in SAMPLES.iter().enumerate() {
        for (next, second) in SAMPLES.iter().enumerate() {
            if at == next {
                continue;
            }
            let one = format!("{first}\n{second}");
            found.push((format!("together:\n{one}"), vec![one]));
            let two = format!("one after the other:\n{first}\n{second}");
            found.push((two, vec![(*first).to_owned(), (*second).to_owned()]));
        }
    }
    let part = chosen(found.len());
    let chosen = found.into_iter().enumerate().filter(|(number, _)| part.contains(number));
    chosen
        .map(|(_, (name, changes))| {
            let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
            (name, History::of(&changes))
        })
        .collect()
}

/// The numbers of the pairs to run.
fn chosen(count: usize) -> Vec<usize> {
    if std::env::var("CHANGEOVER_PAIRS").is_ok_and(|wanted| wanted == "all") {
        return (0..count).collect();
    }
    let days = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() / 86_400);
    let first = usize::try_from(days).unwrap_or_default() % STRIDE;
    (first..count).step_by(STRIDE).collect()
}

#[test]
fn every_two_changes_live_together() -> Result<(), Failure> {
    let pairs = pairs();
    let refused = pairs.iter().filter(|(_, history)| history.is_none()).count();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let histories: Vec<(String, data::Migrations)> =
        pairs.into_iter().filter_map(|(name, history)| Some((name, history?.leaked()))).collect();
    let (next, total) = (AtomicUsize::new(0), histories.len());
    let work = async || {
        let mut failures = Vec::new();
        while let Some((name, history)) = histories.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = live(history).await {
                failures.push(format!("{name}\n{failure}"));
            }
        }
        failures
    };
    let failures = runtime.block_on(async {
        let workers = (0..AT_ONCE).map(|_| work());
        futures_util::future::join_all(workers).await.concat()
    });
    eprintln!("{total} pairs run, {refused} refused by the compiler");
    assert!(total > refused / 4, "nearly everything was refused");
    assert!(
        failures.is_empty(),
        "{} of {total} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    Ok(())
}
