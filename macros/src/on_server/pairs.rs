//! Every two changes that a history may hold, in one migration and in two: what is undone leaves
//! nothing behind, and what is done ends as the model says.
//!
//! `CHANGEOVER_PAIRS=all` runs all of them, `CHANGEOVER_PAIRS=7` one in seven; otherwise a part,
//! another one each day.

use changeover::migration as data;
use changeover::testing::Server;

use super::{Failure, History, SEED, dump, expect_equal, expect_undone, run_all, runner};
use crate::typos::{BASE, SAMPLES};

/// How many of the pairs a short run takes: one in so many.
const STRIDE: usize = 61;

async fn live(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.database("pair").await?;
    let runner = async |until: &str| runner(&database, history, until).await;
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
            (name, History::of(BASE, &changes).ok())
        })
        .collect()
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
    let pairs = pairs();
    let refused = pairs.iter().filter(|(_, history)| history.is_none()).count();
    let histories: Vec<(String, data::Migrations)> =
        pairs.into_iter().filter_map(|(name, history)| Some((name, history?.leaked()))).collect();
    let failures = run_all(&histories, &async |(name, history)| {
        live(history).await.map_err(|failure| format!("{name}\n{failure}").into())
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
