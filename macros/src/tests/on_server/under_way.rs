//! What a database has while a change is under way is no difference, and what the change does not touch
//! is compared all the same.

use changeover::testing::Server;
use changeover::{Changeover, Gate, migration as data};

use super::pairs::prepared;
use super::{Failure, History, run_all, runner};
use crate::tests::typos::{BASE, SAMPLES};

async fn live(history: &data::Migrations) -> Result<(), Failure> {
    let server = Server::shared().await?;
    let database = server.copy_of(&prepared(server).await?.database, "under_way").await?;
    let checker = Changeover::builder(history).app("pairs").gate(Gate::Manual);
    let mut checker = checker.connect(database.url()).await?;
    let mut clean = async |when: &str| {
        let comparison = checker.check().await?;
        let is_clean = comparison.is_clean();
        if is_clean { Ok(()) } else { Err(Failure::from(format!("{when}: {comparison}"))) }
    };
    clean("before").await?;
    let mut runner = runner(&database, history, "m0002").await?;
    runner.expand().await?;
    clean("expanded").await?;
    runner.migrate().await?;
    clean("migrated").await?;
    // No change touches it, but that which drops the whole.
    let by_hand = "alter table visits alter column page set default 'by hand'";
    database.connect().await?.batch_execute(by_hand).await?;
    let comparison = checker.check().await?;
    let is_whole = comparison.under_way.iter().any(|line| line.starts_with("public.visits"));
    let is_page = comparison.under_way.iter().any(|line| line.starts_with("column visits.page"));
    if is_whole || is_page || !comparison.is_clean() {
        return Ok(());
    }
    Err(format!("what was altered by hand was not found: {comparison}").into())
}

#[test]
fn a_change_under_way_is_no_difference() {
    let histories: Vec<(&str, data::Migrations)> = SAMPLES
        .iter()
        .filter_map(|sample| Some((*sample, History::of(BASE, &[sample]).ok()?.leaked())))
        .collect();
    assert!(histories.len() > 80, "{} are taken", histories.len());
    let failures = run_all(&histories, &async |(sample, history)| {
        Box::pin(live(history)).await.map_err(|failure| format!("{sample}\n{failure}").into())
    });
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        histories.len(),
        failures.join("\n\n")
    );
}
