//! Histories that the compiler has planned, run on a real server.

mod adopted;
mod adopted_objects;
mod baseline;
mod leak;
mod meeting;
mod one_liners;
mod pairs;
mod partitioned;
mod served;
mod under_way;

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use changeover::migration as data;
use changeover::testing::Database;
use changeover::{Changeover, Gate};
use tokio_postgres::Client;

use crate::diag::Errors;
use crate::migration::Migration;
use crate::migration::baseline::Whole;
use crate::model::Schema;
use crate::tests::typos::tokens;
use crate::{check, merge};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const AT_ONCE: usize = 4;

const SEED: &str = "
    insert into customers (name, number) select 'c' || n, n from generate_series(1, 20) n;
    insert into users (username, email, code) select 'u' || n, n || '@x', n from generate_series(1, 200) n;";

/// A history of two changes, and what the compiler says of it.
struct History {
    migrations: Vec<(&'static str, Migration)>,
}

impl History {
    /// The changes of each migration, and the errors that they are refused with.
    fn of(base: &str, changes: &[&str]) -> Result<Self, Vec<String>> {
        let errors = &mut Errors::new();
        let mut history = History { migrations: Vec::new() };
        history.add("m0001_base", base, errors);
        for (id, body) in ["m0002", "m0003", "m0004"].into_iter().zip(changes) {
            history.add(id, body, errors);
        }
        for gate in ["switch", "contract"] {
            let waiting = history.waiting(gate);
            if !waiting.is_empty() {
                history.add(if gate == "switch" { "m0005" } else { "m0006" }, &waiting, errors);
            }
        }
        let errors: Vec<String> = errors.take().into_iter().map(|(_, text)| text).collect();
        if errors.is_empty() { Ok(history) } else { Err(errors) }
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

    fn has_contract(&self, id: &str) -> bool {
        let found = self.migrations.iter().find(|(known, _)| *known == id);
        found.is_some_and(|(_, migration)| has(migration, data::Phase::Contract))
    }

    fn has_switch(&self, id: &str) -> bool {
        let found = self.migrations.iter().find(|(known, _)| *known == id);
        found.is_some_and(|(_, migration)| has(migration, data::Phase::Switch))
    }

    /// The declarations that are still to be made.
    fn waiting(&self, gate: &str) -> String {
        let phase = if gate == "switch" { data::Phase::Switch } else { data::Phase::Contract };
        let is_declared = |id: &str| {
            self.migrations.iter().any(|(_, other)| {
                let declared = if gate == "switch" { &other.switches } else { &other.contracts };
                declared.iter().any(|declared| declared == id)
            })
        };
        let waiting = (self.migrations.iter())
            .filter(|(id, migration)| has(migration, phase) && !is_declared(id));
        let declarations = waiting.map(|(id, _)| format!("{gate}!({id});"));
        declarations.collect::<Vec<_>>().concat()
    }

    fn leaked(&self) -> data::Migrations {
        let migrations =
            self.migrations.iter().map(|(id, migration)| leak::migration(id, migration));
        let whole = self.migrations.last().map(|(_, migration)| Whole::of(&migration.schema));
        let texts = |of: fn(&Whole) -> &Vec<String>| {
            whole.as_ref().map_or(&[][..], |whole| leak::texts(of(whole)))
        };
        let (schema, names) = (texts(|whole| &whole.statements), texts(|whole| &whole.names));
        data::Migrations { migrations: leak::slice(migrations), schema, names }
    }
}

fn has(migration: &Migration, phase: data::Phase) -> bool {
    leak::migration("", migration).steps(phase).next().is_some()
}

async fn dump(database: &Database) -> Result<Vec<String>, Failure> {
    dump_by(&database.connect().await?).await
}

/// The same by a session that is there: a new one has to read much of the catalogs before it can ask.
async fn dump_by(client: &Client) -> Result<Vec<String>, Failure> {
    client.batch_execute("set search_path = pg_catalog").await?;
    let rows = client.query(include_str!("../../../tests/src/catalog.sql"), &[&"none"]).await?;
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

/// Runs each item by itself, some at once; says what failed.
///
/// Each has a thread of its own: a database is dropped without a runtime, and who waits for that in the
/// middle of another's transaction is taken for stopped by the server.
fn run_all<T: Sync>(
    items: &[T],
    run: &(impl AsyncFn(&T) -> Result<(), Failure> + Sync),
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = async || {
        let mut failures = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            failures.extend(run(item).await.err().map(|failure| failure.to_string()));
        }
        failures
    };
    let alone = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(work())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(alone)).collect();
        let ends = threads.into_iter().map(thread::ScopedJoinHandle::join);
        ends.flat_map(|end| end.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

async fn runner(
    database: &Database,
    history: &data::Migrations,
    until: &str,
) -> Result<Changeover, Failure> {
    let history = history.until(until).ok_or("no such migration")?;
    Ok(Changeover::builder(&history)
        .app("pairs")
        .gate(Gate::Manual)
        // What comes with time is in no model.
        .keeps_partitions(false)
        .connect(database.url())
        .await?)
}
