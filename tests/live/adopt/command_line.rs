//! The command line of a service, as a binary of its own: what it prints, and the codes it ends with.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use changeover::Changeover;
use changeover_tests::accounts::MIGRATIONS;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../docs/command-line.md");
const NOBODY: &str = "postgres://nobody:hidden@127.0.0.1:1/none";

const CHECK: [&str; 3] = ["check", "--app", "accounts"];
const STATUS: [&str; 3] = ["status", "--app", "accounts"];

fn called(url: &str, arguments: &[&[&str]]) -> Result<Output, Failure> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accounts"));
    command.args(arguments.iter().copied().flatten()).env_remove("CHANGEOVER_SHADOW_URL");
    let output = command.env("DATABASE_URL", url).output();
    output.map_err(|error| Failure::new(error.to_string()))
}

/// What it printed, if it ended with this code.
fn printed(output: &Output, code: i32) -> Result<String, Failure> {
    let (out, err) = (&output.stdout, &output.stderr);
    let [out, err] = [out, err].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if output.status.code() != Some(code) {
        fail!("it ended with {}, not {code}: {out}{err}", output.status);
    }
    Ok(out)
}

fn parsed(output: &Output, code: i32) -> Result<Value, Failure> {
    let text = printed(output, code)?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("{error}: {text}")))
}

async fn fixture(name: &str) -> Result<Fixture, Failure> {
    let fixture = Fixture::new(name).await?;
    let builder = Changeover::builder(&MIGRATIONS).app("accounts");
    builder.connect(fixture.url()).await?.migrate().await?;
    Ok(fixture)
}

fn same(found: &Value, expected: &Value) -> Result<(), Failure> {
    if found != expected {
        fail!("{found:#}\nis not\n{expected:#}");
    }
    Ok(())
}

/// The names of all fields, at any depth.
pub(crate) fn fields(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            names.extend(object.keys().cloned());
            object.values().for_each(|value| fields(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, names)),
        _ => {}
    }
}

/// The fields in the table of a section of the page.
pub(crate) fn documented(section: &str) -> BTreeSet<String> {
    let sections = PAGE.split("\n## ").filter(|text| text.starts_with(section));
    let rows = sections.flat_map(str::lines).filter_map(|line| line.strip_prefix("| `"));
    // The first cell may name several that belong together.
    let cells = rows.filter_map(|row| row.split(" |").next());
    cells.flat_map(|cell| cell.split('`').step_by(2)).map(str::to_owned).collect()
}

fn is_documented(value: &Value, section: &str) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    fields(value, &mut names);
    if names != documented(section) {
        fail!("{names:?} are not those of the page, {:?}", documented(section));
    }
    Ok(())
}

#[test]
fn a_check_of_what_is_declared_is_clean() -> Result<(), Failure> {
    block_on(async {
        let (fixture, shadow) = (fixture("cli_clean").await?, Fixture::new("cli_shadow").await?);
        let text = printed(&called(fixture.url(), &[&CHECK])?, 0)?;
        if text != "the database is what the code says\n" {
            fail!("{text}");
        }
        let clean = json!({
            "clean": true, "differences": [], "undeclared": [], "under_way": [], "unbuilt": [],
        });
        same(&parsed(&called(fixture.url(), &[&CHECK, &["--json"]])?, 0)?, &clean)?;
        let shadowed = &[&CHECK[..], &["--json", "--shadow", shadow.url()]];
        same(&parsed(&called(fixture.url(), shadowed)?, 0)?, &clean)
    })
}

#[test]
fn a_role_that_may_create_nothing_checks_with_a_shadow() -> Result<(), Failure> {
    block_on(async {
        let (fixture, shadow) = (fixture("cli_standby").await?, Fixture::new("cli_aside").await?);
        // As it is on a standby.
        let read_only = "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$";
        fixture.db.batch_execute(read_only).await?;
        printed(&called(fixture.url(), &[&CHECK])?, 1)?;
        let output = called(fixture.url(), &[&CHECK, &["--shadow", shadow.url()]])?;
        printed(&output, 0).map(drop)
    })
}

#[test]
fn differences_have_a_code_and_fields_of_their_own() -> Result<(), Failure> {
    block_on(async {
        let fixture = fixture("cli_drift").await?;
        let by_hand = "alter table users alter column plan set default 'paid';
            alter table users drop column nick;
            create view odd as select 1 as one";
        fixture.db.batch_execute(by_hand).await?;
        let mut found = parsed(&called(fixture.url(), &[&CHECK, &["--json"]])?, 4)?;
        let expected = json!({
            "clean": false,
            "differences": [
                {
                    "object": "column users.nick",
                    "declared": "nick: text",
                    "found": null,
                    "to_database": ["add_column!(users.nick: text);"],
                    "to_code": ["drop_column!(users.nick);"],
                },
                {
                    "object": "column users.plan",
                    "declared": "plan: text not_null default \"free\"",
                    "found": "plan: text not_null default \"paid\"",
                    "to_database": ["set_default!(users.plan, \"free\");"],
                    "to_code": ["set_default!(users.plan, \"paid\");"],
                },
            ],
            "undeclared": ["view odd"],
            "under_way": [],
            "unbuilt": [],
        });
        same(&found, &expected)?;
        found["unbuilt"] = json!([{ "statement": "", "reason": "" }]);
        is_documented(&found, "check")?;
        let text = printed(&called(fixture.url(), &[&CHECK])?, 4)?;
        if !text.contains("column users.nick is declared and not there") {
            fail!("{text}");
        }
        Ok(())
    })
}

#[test]
fn the_status_is_that_of_the_service_that_is_named() -> Result<(), Failure> {
    block_on(async {
        let fixture = fixture("cli_status").await?;
        let status = parsed(&called(fixture.url(), &[&STATUS, &["--json"]])?, 0)?;
        let migration = |id: &str, state: &str, steps: u32| {
            json!({
                "id": id, "state": state, "done": steps, "steps": steps, "rows": 0, "error": null,
                "held_by": null, "interrupted": false,
            })
        };
        let mut expected = json!({
            "migrations": [
                migration("m0001_create_users", "migrated", 1),
                migration("m0002_add_nick", "migrated", 1),
            ],
            "unknown": [], "paused_by": null, "pause_reason": null, "settings": [],
            "waiting": [], "partitions": [],
            "instances": [], "live": 0,
        });
        same(&status, &expected)?;
        let other = parsed(&called(fixture.url(), &[&["status", "--json"]])?, 0)?;
        if other["migrations"][0]["state"] != "pending" {
            fail!("{other:#}");
        }
        let text = printed(&called(fixture.url(), &[&STATUS])?, 0)?;
        if !text.contains("m0002_add_nick      migrated     1/1 steps") {
            fail!("{text}");
        }
        expected["waiting"] = json!([{ "migration": "", "phase": "", "by": [] }]);
        expected["settings"] = json!([{ "name": "", "value": "", "set_by": "" }]);
        expected["partitions"] = json!([{ "table": "", "rule": "", "until": "", "ahead": 0 }]);
        expected["instances"] = json!([{
            "instance": "", "about": "", "head": "", "silent": "", "connected": true,
        }]);
        is_documented(&expected, "status")
    })
}

#[test]
fn a_service_that_lives_is_in_the_status() -> Result<(), Failure> {
    block_on(async {
        let fixture = fixture("cli_lease").await?;
        let builder = Changeover::builder(&MIGRATIONS).app("accounts").instance("one");
        let lease = builder.connect(fixture.url()).await?.hold_lease().await?;
        let status = parsed(&called(fixture.url(), &[&STATUS, &["--json"]])?, 0)?;
        let one = &status["instances"][0];
        // A name has a suffix that tells the process from the one that had it before.
        let is_one = one["instance"].as_str().is_some_and(|name| name.starts_with("one"));
        if status["live"] != 1 || !is_one || one["head"] != "m0002_add_nick" {
            fail!("{status:#}");
        }
        let mut names = BTreeSet::new();
        fields(one, &mut names);
        if names.len() != 5 || !names.is_subset(&documented("status")) {
            fail!("{names:?}");
        }
        drop(lease);
        Ok(())
    })
}

#[test]
fn no_failure_tells_a_password_or_prints_what_is_not_json() -> Result<(), Failure> {
    block_on(async {
        let fixture = fixture("cli_down").await?;
        let at = |url| called(url, &[&CHECK, &["--json"]]);
        let own = fixture.url();
        for (code, output) in [
            (1, at(NOBODY)?),
            (1, called(NOBODY, &[&STATUS, &["--json"]])?),
            (1, called(NOBODY, &[&["adopt", "--stdout"]])?),
            (1, called(own, &[&CHECK, &["--json", "--shadow", NOBODY]])?),
            (1, called(own, &[&CHECK, &["--json", "--url", NOBODY]])?),
            (2, called(NOBODY, &[&["check", "--wrong"]])?),
            (2, called(own, &[&["check", NOBODY]])?),
            (2, called(own, &[&["check", &format!("--json={NOBODY}")]])?),
            (2, called(own, &[&[NOBODY]])?),
        ] {
            let out = printed(&output, code)?;
            let err = String::from_utf8_lossy(&output.stderr);
            if !out.is_empty() || !err.starts_with("error: ") || err.contains("hidden") {
                fail!("{out}{err}");
            }
        }
        for arguments in [["check", "--help"], ["check", "-h"], ["status", "--help"]] {
            let help = printed(&called(NOBODY, &[&arguments])?, 0)?;
            if help.contains("hidden") || !help.contains("Exit codes:") {
                fail!("{help}");
            }
        }
        Ok(())
    })
}
