//! Every two changes that a history may hold, in one migration, in two, and in two of which the first
//! keeps its contract for the end: what is undone leaves nothing behind, what a change leaves until its
//! contract fails no write, and what is done ends as the model says.
//!
//! `CHANGEOVER_PAIRS=all` runs all of them, `CHANGEOVER_PAIRS=7` one in seven; otherwise a part,
//! another one each day.

use changeover::migration as data;
use changeover::testing::{Database, Server};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

use super::{Failure, History, SEED, dump_by, expect_equal, expect_undone, run_all, runner};
use crate::tests::typos::{BASE, SAMPLES};

/// Rows of the tables that the others leave empty.
const SEED_OF_PARTS: &str =
    "insert into events (id, at) select n, now() from generate_series(1, 20) n;
    insert into days (id, mood, now) select n, 'sad', 'sad' from generate_series(1, 20) n;";

/// How many of the pairs a short run takes: one in so many.
const STRIDE: usize = 127;

/// A database with the first migration of every pair and its rows, and what is in its catalogs.
pub(super) struct Base {
    pub(super) database: Database,
    catalogs: Vec<String>,
}

static PREPARED: OnceCell<Base> = OnceCell::const_new();

/// Prepared once and copied for each pair: to make it takes longer than what most pairs do.
pub(super) async fn prepared(server: &Server) -> Result<&'static Base, Failure> {
    let prepare = async {
        let database = server.database("base").await?;
        let history = History::of(BASE, &[]).map_err(|errors| errors.join("\n"))?.leaked();
        runner(&database, &history, "m0001_base").await?.contract().await?;
        database.connect().await?.batch_execute(SEED).await?;
        let catalogs = dump_by(&database.connect().await?).await?;
        // A copy waits for no session that is on its way out.
        let others = "select count(*) from pg_stat_activity where datname = $1";
        let beside = server.database("beside").await?;
        let watch = beside.connect().await?;
        while watch.query_one(others, &[&database.name()]).await?.get::<_, i64>(0) > 0 {
            tokio::task::yield_now().await;
        }
        Ok(Base { database, catalogs })
    };
    PREPARED.get_or_try_init(|| prepare).await
}

async fn live(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let Base { database, catalogs: before } = prepared(server).await?;
    let database = server.copy_of(database, "pair").await?;
    let look = database.connect().await?;
    let mut first = runner(&database, history, "m0002").await?;
    first.expand().await?;
    first.undo("m0002").await?;
    expect_undone("after the undo of expand", before, &dump_by(&look).await?)?;
    let both = if history.get("m0003").is_some() { "m0003" } else { "m0002" };
    let mut second = runner(&database, history, both).await?;
    second.migrate().await?;
    if both == "m0003" {
        second.undo("m0003").await?;
    }
    second.undo("m0002").await?;
    expect_undone("after the undo", before, &dump_by(&look).await?)?;
    second.migrate().await?;
    end(server, (&database, &look), history).await
}

/// Does what is left, and compares with the model.
async fn end(
    server: &Server,
    (database, look): (&Database, &Client),
    history: &data::Migrations,
) -> Result<(), Failure> {
    let head = history.head().map_or("", |head| head.id);
    runner(database, history, head).await?.contract().await?;

    let model = server.database("pair_model").await?;
    let client = model.connect().await?;
    for statement in history.schema {
        client.batch_execute(statement).await.map_err(|error| format!("{statement}: {error:?}"))?;
    }
    expect_equal("the end and the model", &dump_by(look).await?, &dump_by(&client).await?)
}

/// Writes every row again, so that every trigger that is left fires.
const WRITE: &str = "do $$
    declare it record;
    begin
        for it in
            select distinct on (attrelid) attrelid::regclass as table, attname as column
            from pg_attribute join pg_class on pg_class.oid = attrelid
            where relnamespace in (select oid from pg_namespace
                    where nspname !~ '^pg_|^information_schema$|^changeover$')
                and relkind in ('r', 'p') and not relispartition and attnum > 0
                and not attisdropped and attgenerated = '' and attidentity <> 'a'
            order by attrelid, attnum
        loop
            execute format('update %s set %I = %2$I', it.table, it.column);
        end loop;
    end $$";

/// The first one's contract comes last.
async fn live_apart(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.copy_of(&prepared(server).await?.database, "apart").await?;
    let client = database.connect().await?;
    client.batch_execute(SEED_OF_PARTS).await?;
    runner(&database, history, "m0003").await?.migrate().await?;
    client.batch_execute(WRITE).await?;
    if history.get("m0004").is_some() {
        runner(&database, history, "m0004").await?.contract().await?;
        client.batch_execute(WRITE).await?;
    }
    end(server, (&database, &client), history).await
}

/// Two changes, and how they meet.
#[derive(Clone, Copy)]
struct Pair {
    first: &'static str,
    second: &'static str,
    way: Way,
}

#[derive(Clone, Copy)]
enum Way {
    Together,
    OneAfterTheOther,
    /// The second is carried out, to its contract, before the contract of the first.
    Apart,
}

impl Pair {
    fn name(&self) -> String {
        let Pair { first, second, way } = self;
        let way = match way {
            Way::Together => "together",
            Way::OneAfterTheOther => "one after the other",
            Way::Apart => "the contract of the first after that of the second",
        };
        format!("{way}:\n{first}\n{second}")
    }

    /// None where the compiler refuses it.
    fn history(&self) -> Option<History> {
        let Pair { first, second, way } = self;
        match way {
            Way::Together => History::of(BASE, &[&format!("{first}\n{second}")]).ok(),
            Way::OneAfterTheOther => History::of(BASE, &[first, second]).ok(),
            Way::Apart => {
                let history = History::of(BASE, &[first, second]).ok()?;
                if !history.has_contract("m0003") {
                    return Some(history);
                }
                // It may need that of the first.
                History::of(BASE, &[first, second, "contract!(m0003);"]).ok()
            }
        }
    }
}

/// Each pair that is chosen.
fn pairs() -> Vec<Pair> {
    let mut found = Vec::new();
    for (at, &first) in SAMPLES.iter().enumerate() {
        for (_, &second) in SAMPLES.iter().enumerate().filter(|(next, _)| *next != at) {
            for way in [Way::Together, Way::OneAfterTheOther, Way::Apart] {
                found.push(Pair { first, second, way });
            }
        }
    }
    let part = chosen(found.len());
    let chosen = found.into_iter().enumerate().filter(|(number, _)| part.contains(number));
    chosen.map(|(_, pair)| pair).collect()
}

/// The numbers of the pairs to run.
fn chosen(count: usize) -> Vec<usize> {
    let wanted = std::env::var("CHANGEOVER_PAIRS").ok();
    let stride = match wanted.as_deref() {
        Some("all") => 1,
        Some(one_in) => one_in.parse().unwrap_or(STRIDE).max(1),
        None => STRIDE,
    };
    let days = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() / 86_400);
    let first = usize::try_from(days).unwrap_or_default() % stride;
    (first..count).step_by(stride).collect()
}

#[test]
fn every_two_changes_live_together() {
    let pairs: Vec<(Pair, Option<History>)> =
        pairs().into_iter().map(|pair| (pair, pair.history())).collect();
    let refused = pairs.iter().filter(|(_, history)| history.is_none()).count();
    let histories: Vec<(Pair, data::Migrations)> =
        pairs.into_iter().filter_map(|(pair, history)| Some((pair, history?.leaked()))).collect();
    let failures = run_all(&histories, &async |(pair, history)| {
        let outcome = match pair.way {
            Way::Apart => Box::pin(live_apart(history)).await,
            Way::Together | Way::OneAfterTheOther => Box::pin(live(history)).await,
        };
        outcome.map_err(|failure| format!("{}\n{failure:?}", pair.name()).into())
    });
    let total = histories.len();
    eprintln!("{total} pairs run, {refused} refused by the compiler");
    assert!(total > refused / 4, "nearly everything was refused");
    assert!(
        failures.is_empty(),
        "{} of {total} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}
