//! A migration undone from the middle of its backfill, while old and new builds write: what new
//! ones wrote is there for the old.

use std::sync::{Arc, Mutex, PoisonError};

use changeover::Migrations;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, block_on, catalog, fail};
use tokio::sync::oneshot;

const ROWS: u32 = 40_000;
const FILLED: &str = "select coalesce(sum(rows), 0)::bigint from changeover.steps \
                      where phase = 'migrate' and state = 'intended'";
const CHANGE: &str = "m0002_change";

/// What is filled, and who writes meanwhile.
struct Filling {
    name: &'static str,
    history: &'static Migrations,
    seed: &'static str,
    old: Client,
    /// A build that falls back on the old shape where the new one is not filled yet.
    new: Client,
}

async fn undone_in_the_middle(filling: &Filling) -> Result<(), Failure> {
    let Filling { name, history, seed, old, new, .. } = filling;
    let (base, change) = (until(history, "m0001_base")?, until(history, CHANGE)?);
    let fixture = Fixture::new(name).await?;
    fixture.runner(&base).await?.migrate().await?;
    let seed = format!("{seed} from generate_series(1, {ROWS}) n");
    fixture.db.batch_execute(&seed).await?;
    let before = fixture.catalog().await?;
    let traffic = fixture.traffic(old).await?;
    let mut older = traffic.start("old", old).await?;
    for round in 1..=2_u32 {
        fixture.runner(&change).await?.expand().await?;
        let mut newer = traffic.start("new", new).await?;
        interrupted(&fixture, &change, u64::from(5_000 * round)).await?;
        if fixture.count(FILLED).await? < i64::from(5_000 * round) {
            fail!("it was not in the middle");
        }
        newer.advance(25).await?;
        older.advance(25).await?;
        newer.leave().await?;
        fixture.runner(&change).await?.undo(CHANGE).await?;
        older.advance(25).await?;
        traffic.verify(&fixture.db, old).await?;
        catalog::expect_equal(("before", &before), ("after", &fixture.catalog().await?))?;
    }
    older.leave().await?;
    fixture.runner(&change).await?.migrate().await?;
    traffic.verify(&fixture.db, new).await?;
    fixture.runner(history).await?.contract().await?;
    fixture.expect_model(history).await
}

/// Migrates until so many rows are filled, and drops the run there, session and all.
async fn interrupted(fixture: &Fixture, change: &Migrations, rows: u64) -> Result<(), Failure> {
    let (reached, wait) = oneshot::channel();
    let reached = Arc::new(Mutex::new(Some(reached)));
    let mut runner = Fixture::builder(change)
        .on_progress(move |progress| {
            if progress.rows >= rows
                && let Some(reached) = reached.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                let _ = reached.send(());
            }
        })
        .connect(fixture.url())
        .await?;
    tokio::select! {
        biased;
        _ = wait => Ok(()),
        done = runner.migrate() => fail!("it was done before it could be stopped: {done:?}"),
    }
}

fn until(history: &Migrations, id: &str) -> Result<Migrations, Failure> {
    history.until(id).ok_or_else(|| Failure::new(format!("no migration {id}")))
}

/// A table, what is done to it, and what a later migration declares of that.
macro_rules! history {
    ($name:ident, $table:tt, { $($change:tt)* }, { $($switch:tt)* }, { $($contract:tt)* }) => {
        mod $name {
            mod m0001_base {
                changeover::migration! {
                    create_table!(users $table);
                }
            }
            mod m0002_change {
                changeover::migration! {
                    after super::m0001_base;
                    $($change)*
                }
            }
            mod m0003_switch {
                changeover::migration! {
                    after super::m0002_change;
                    add_column!(users.third: text);
                    $($switch)*
                }
            }
            mod m0004_contract {
                changeover::migration! {
                    after super::m0003_switch;
                    add_column!(users.fourth: text);
                    $($contract)*
                }
            }
            changeover::migrations! {
                pub(super) static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract];
            }
        }
    };
}

history!(split, {
    id: bigint identity primary_key,
    name: text not_null default "",
    note: text not_null default "",
}, {
    split_column!(users.name => {
        first_name: text not_null default "" = "split_part(name, ' ', 1)",
        last_name: text = "substring(name from '^[^ ]* (.*)$')",
    }, down = "concat_ws(' ', first_name, last_name)");
}, {}, {
    contract!(m0002_change);
});

#[test]
fn a_split_column() -> Result<(), Failure> {
    let name = |n: u64| format!("first{n} van der last{n}");
    let read = "select case when coalesce(first_name, '') = '' and last_name is null then name \
                else concat_ws(' ', first_name, last_name) end from users where id = $1";
    block_on(undone_in_the_middle(&Filling {
        name: "undo_split",
        history: &split::HISTORY,
        seed: "insert into users (name) select 'Ada Lovelace' || n",
        old: Client::of("users").writes("name").values(name),
        new: Client::of("users")
            .writes_as("first_name", "split_part($2::text, ' ', 1)")
            .writes_as("last_name", "substring($2::text from '^[^ ]* (.*)$')")
            .values(name)
            .read(read),
    }))
}

history!(retype, {
    id: bigint identity primary_key,
    code: text not_null default "0",
}, {
    change_type!(users.code: integer, up = "code::integer", down = "code::text");
}, {
    switch!(m0002_change);
}, {
    contract!(m0002_change);
});

#[test]
fn a_changed_type() -> Result<(), Failure> {
    let client = || Client::of("users").writes_as("code", "$2::text").values(|n| n.to_string());
    block_on(undone_in_the_middle(&Filling {
        name: "undo_change_type",
        history: &retype::HISTORY,
        seed: "insert into users (code) select n::text",
        old: client(),
        new: client(),
    }))
}

history!(not_null, {
    id: bigint identity primary_key,
    username: text not_null,
    email: text,
}, {
    set_not_null!(users.email, fill = "'unknown-' || id");
}, {}, {
    contract!(m0002_change);
});

#[test]
fn a_filled_not_null() -> Result<(), Failure> {
    let new = Client::of("users").writes("username").also("email", "'new@' || $1::bigint");
    block_on(undone_in_the_middle(&Filling {
        name: "undo_not_null",
        history: &not_null::HISTORY,
        seed: "insert into users (username) select 'u' || n",
        old: Client::of("users").writes("username").also("email", "null"),
        new,
    }))
}

async fn upper(names: Vec<String>) -> Result<Vec<String>, std::convert::Infallible> {
    Ok(names.into_iter().map(|name| name.to_uppercase()).collect())
}

history!(function, {
    id: bigint identity primary_key,
    username: text not_null,
    label: text,
}, {
    add_column!(users.initial: text);
    backfill!(users.label, with = super::super::upper, read(username));
}, {}, {});

#[test]
fn a_function() -> Result<(), Failure> {
    block_on(undone_in_the_middle(&Filling {
        name: "undo_function",
        history: &function::HISTORY,
        seed: "insert into users (username) select 'u' || n",
        old: Client::of("users").writes("username").also("label", "'given'"),
        new: Client::of("users").writes("username").also("label", "'given'").also("initial", "'g'"),
    }))
}
