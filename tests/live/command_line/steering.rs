//! `pause`, `resume` and `set` steer a run in another process, and only for who may.

use changeover::grants;
use changeover_tests::fixture::Fixture;
use changeover_tests::logins::Logins;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::NoTls;

use super::process::{called, start};

#[test]
fn a_run_under_way_is_paused_set_and_let_go_from_elsewhere() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_steered", 20_000).await?;
        let run = |arguments: &str| called(fixture.url(), arguments);
        run("pause --reason sale")?.with(0)?;
        let mut up = start(fixture.url(), "up --app harness")?;
        up.until("held: paused by postgres: sale")?;
        // It is older than any transaction may be, and in the way of nothing else.
        let open = connect(fixture.url(), "open").await?;
        open.batch_execute("begin; select 1").await?;
        let set = run("set --max-load oldest-transaction=0ms --batch-time 3ms --json")?.json(0)?;
        let values: Vec<&str> = set["settings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|set| set["value"].as_str())
            .collect();
        if values != ["3ms", "0ms"] {
            fail!("{set:#}");
        }
        if run("resume --json")?.json(0)?["paused"] != false {
            fail!("it is not said to be resumed");
        }
        up.until("a transaction has been open for")?;
        let status = run("status --json")?.json(0)?;
        let one = &status["settings"][1];
        if one["name"] != "max_load.oldest_transaction" || one["set_by"] != "postgres" {
            fail!("{status:#}");
        }
        if run("set --reset")?.with(0)? != "nothing is set\n" {
            fail!("something is still set");
        }
        up.ended()?.with(0)?;
        drop(open);
        Ok(())
    })
}

#[test]
fn what_sets_nothing_is_refused_and_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_set", 1).await?;
        for wrong in
            ["--max-load nothing=3", "--batch-time 3", "--batch-time x", "--critical-load 3"]
        {
            called(fixture.url(), &format!("set {wrong}"))?.with(2)?;
        }
        called(fixture.url(), "set")?.with(0).map(drop)
    })
}

/// A hand may write what no build reads: it is left out, and shown on one line.
#[test]
fn a_setting_that_cannot_be_read_stops_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_odd_setting", 10).await?;
        let odd = "insert into changeover.settings (history, name, value) values
            ('harness', E'batch_time=1ms\\nbatch_time', E'\\x1b[2J'), ('harness', 'batch_time', '')";
        fixture.db.batch_execute(odd).await?;
        let status = called(fixture.url(), "status")?.with(0)?;
        if status.contains('\u{1b}') || status.matches("set by").count() != 2 {
            fail!("{status}");
        }
        called(fixture.url(), "up")?.with(0).map(drop)
    })
}

#[test]
fn a_role_that_may_only_hold_leases_sees_what_is_set_and_sets_nothing() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("cli_set_role", 10).await?;
        let logins = Logins::make(&fixture.db, fixture.url(), &["app", "other"]).await?;
        // As in a database from before there were settings.
        logins.let_hold(&fixture.db, "app", "harness").await?;
        let before = "drop function changeover.settings_of(text); drop table changeover.settings;
            delete from changeover.upgrades where version >= 11";
        fixture.db.batch_execute(before).await?;
        let mut app =
            Fixture::builder(&RENAME_HISTORY).connect_with(logins.config("app")?, NoTls).await?;
        app.status().await?;
        called(fixture.url(), "set --batch-time 7ms")?.with(0)?;
        let shown = app.status().await?.to_string();
        if !shown.contains("set by postgres: batch_time=7ms") {
            fail!("{shown}");
        }
        let slower = ["batch_time=1ms".parse()?];
        if app.set(&slower).await.is_ok() || app.reset().await.is_ok() {
            fail!("it has set something");
        }
        logins.let_hold(&fixture.db, "other", "others").await?;
        let other = logins.connect("other").await?;
        for sql in [
            "insert into changeover.settings (history, name, value) values ('harness', 'batch_time', '1ms')",
            "select * from changeover.settings_of('harness')",
        ] {
            if other.batch_execute(sql).await.is_ok() {
                fail!("`{sql}` was done");
            }
        }
        if !grants::instance("app", "harness").concat().contains("settings_of") {
            fail!("the grants leave settings out");
        }
        logins.drop().await
    })
}
