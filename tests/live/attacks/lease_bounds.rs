//! What a caller gives has bounds, and so has what it leaves.

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};

use super::leases::{contract, refused, scene};

/// Whoever is refused is told why, and nothing of his gets into the table.
#[test]
fn what_callers_give_has_bounds() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_bounds").await?;
        let alpha = logins.connect("alpha").await?;
        let long = "repeat('x', 100000)";
        for arguments in [
            "'i', 'm0002_rename', 1, '', '293000 years'",
            "'i', 'm0002_rename', 1, '', '-1 s'",
            "'i', 'm0002_rename', 1, '', '0'",
            "'i', 'm0002_rename', 1, '', null",
            "'i', 'm0009', -1",
            "'i', 'm0009', 2147483647",
            "'i', 'm0009'",
            "'', 'm0002_rename'",
            "null, 'm0002_rename'",
            "'i', null, 1",
            "'i', 'm0002_rename', 1, null",
            &format!("{long}, 'm0002_rename'"),
            &format!("'i', {long}, 5"),
            &format!("'i', 'm0002_rename', 1, {long}"),
            "e'i\\ninstance \"forged\"', 'm0002_rename'",
            "'i', 'm0002_rename', 1, e'\\u202eabout'",
            "'i', e'm\\u001b[2J', 5",
        ] {
            let sql = format!("select changeover.hold_lease('harness', {arguments})");
            refused(&alpha, &sql, "22023").await?;
            // Where the caller has another idea of literals it is refused all the same.
            let lax = format!("set standard_conforming_strings = off; {sql}");
            refused(&alpha, &lax, "22023").await?;
        }
        refused(&fixture.db, "select changeover.hold_lease('nowhere', 'i', 'm1', 1)", "CO003")
            .await?;
        let sql = format!("select changeover.hold_lease({long}, 'i', 'm1', 1)");
        refused(&alpha, &sql, "42501").await?;
        if fixture.count("select count(*) from changeover.instances").await? != 0 {
            fail!("something was written");
        }
        logins.drop().await
    })
}

/// Rows from before there were bounds: each would have stopped every contract, a forced one too.
#[test]
fn rows_without_bounds_stop_no_contract() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_rows").await?;
        let rows = "insert into changeover.instances
                (history, instance, head, position, about, lease, since, spoke_at)
            select 'harness', 'huge ' || n, 'm0002_rename', 1, repeat(e'\\n', 100000),
                interval '170000000 years', now(), now() - interval '1 day' * n
            from generate_series(0, 1) n";
        fixture.db.batch_execute(rows).await?;
        let by = contract(&fixture).await?;
        if !by.contains("huge 0") || by.contains("huge 1") || by.lines().count() > 3 {
            fail!("it is not held by the one that may live: {by}");
        }
        let mut runner = Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?;
        let status = runner.status().await?.to_string();
        if status.len() > 4_000 {
            fail!("the status has {} bytes", status.len());
        }
        runner.force_contract("nobody is there").await?;
        logins.drop().await
    })
}

#[test]
fn many_leases_are_counted_and_cleaned() -> Result<(), Failure> {
    block_on(async {
        let (fixture, logins) = scene("attack_many").await?;
        let alpha = logins.connect("alpha").await?;
        let fill = |history: &str, age: &str, count: u32| {
            format!(
                "insert into changeover.instances
                    (history, instance, head, position, about, lease, since, spoke_at, owner)
                select '{history}', 'old ' || n, 'm0002_rename', 1, repeat('x', 255), '30 s', now(),
                    now() - interval '{age}', '{}' from generate_series(1, {count}) n",
                logins.role("alpha")
            )
        };
        fixture.db.batch_execute(&fill("gone", "2 days", 100)).await?;
        fixture.db.batch_execute(&fill("harness", "-1 hour", 5_000)).await?;
        let one_more = "select changeover.hold_lease('harness', 'one more', 'm0002_rename')";
        refused(&alpha, one_more, "54000").await?;
        let by = contract(&fixture).await?;
        let mut runner = Fixture::leasing(&RENAME_HISTORY).connect(fixture.url()).await?;
        let status = runner.status().await?;
        if !by.contains("4980 more instances") || by.len() > 10_000 {
            fail!("{} bytes: {by}", by.len());
        }
        let text = status.to_string();
        if status.live != 5_000 || !text.contains("4900 more instances") || text.len() > 60_000 {
            fail!("{} bytes: {text}", text.len());
        }
        if fixture.count("select count(*) from changeover.instances where history = 'gone'").await?
            != 0
        {
            fail!("the leases of another history stay");
        }
        logins.drop().await
    })
}
