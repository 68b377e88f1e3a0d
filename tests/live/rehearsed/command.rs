//! The command `rehearse`: who is asked, which copy is taken, how it ends.

use std::process::{Command, Stdio};

use changeover::Changeover;
use changeover_tests::accounts::MIGRATIONS;
use changeover_tests::{Failure, block_on, fail};
use serde_json::Value;

use super::database;

const BINARY: &str = env!("CARGO_BIN_EXE_accounts");

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn called(arguments: &[&str]) -> Result<Ended, Failure> {
    let mut command = Command::new(BINARY);
    command.args(["rehearse", "--at-rest", "200ms"]).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|error| Failure::new(error.to_string()))?;
    let [out, err] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    Ok(Ended { code: output.status.code(), out, err })
}

impl Ended {
    fn with(self, code: i32, words: &str) -> Result<Ended, Failure> {
        if self.code != Some(code) || !format!("{}{}", self.out, self.err).contains(words) {
            fail!("{:?}, not {code} with `{words}`: {}{}", self.code, self.out, self.err);
        }
        Ok(self)
    }
}

fn folder() -> Result<std::path::PathBuf, Failure> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("rehearsed");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::new(error.to_string()))?;
    Ok(folder)
}

#[test]
fn a_copy_of_a_template_is_rehearsed_in_and_dropped() -> Result<(), Failure> {
    block_on(async {
        let database = database("rehearsed_template").await?;
        let Some(first) = MIGRATIONS.until("m0001_create_users") else { fail!("no first") };
        Changeover::builder(&first).connect(database.url()).await?.migrate().await?;
        let queries = folder()?.join("queries.sql");
        let timeline = folder()?.join("timeline.html");
        let text = "-- old\nselect name from users limit 1;\n-- new: it was called so once\n\
            select nickname from users limit 1;\n";
        std::fs::write(&queries, text).map_err(|error| Failure::new(error.to_string()))?;
        let [queries, timeline] = [&queries, &timeline].map(|path| path.display().to_string());
        let ended = called(&[
            "--url",
            database.url(),
            "--template",
            database.name(),
            "--queries",
            &queries,
            "--format",
            "json",
            "--timeline",
            &timeline,
        ])?;
        let ended = ended.with(4, "nickname")?;
        let report: Value = serde_json::from_str(&ended.out)
            .map_err(|error| Failure::new(format!("{error}: {}", ended.out)))?;
        if report["clean"] != false
            || report["problems"][0]["kind"] != "client"
            || report["migrations"][0] != "m0002_add_nick"
            || report["phases"][0]["name"] != "at rest"
        {
            fail!("{report}");
        }
        let page =
            std::fs::read_to_string(timeline).map_err(|error| Failure::new(error.to_string()))?;
        if !page.contains("m0002_add_nick") {
            fail!("{page}");
        }
        let db = database.connect().await?;
        let left: i64 = db
            .query_one("select count(*) from pg_database where datname like 'rehearsal\\_%'", &[])
            .await?
            .get(0);
        let is_there: bool = db
            .query_one("select exists (select from pg_attribute where attname = 'nick')", &[])
            .await?
            .get(0);
        if left != 0 || is_there {
            fail!("{left} copies are left, or the template was changed");
        }
        Ok(())
    })
}

#[test]
fn a_dump_is_rehearsed_on_a_server_of_its_own() -> Result<(), Failure> {
    if Command::new("psql").arg("--version").output().is_err() {
        return Ok(());
    }
    let dump = folder()?.join("dump.sql");
    let text = "create table other (id int primary key);\ninsert into other values (1);\n";
    std::fs::write(&dump, text).map_err(|error| Failure::new(error.to_string()))?;
    let file = dump.display().to_string();
    called(&["--dump", &file])?.with(0, "The server of the rehearsal is gone.")?;
    std::fs::write(&dump, "create table x (id no_type);\n")
        .map_err(|error| Failure::new(error.to_string()))?;
    called(&["--dump", &file])?.with(3, "could not restore the dump").map(drop)
}

#[test]
fn a_database_is_named_and_confirmed() -> Result<(), Failure> {
    block_on(async {
        called(&[])?.with(2, "--url")?;
        let database = database("rehearsed_named").await?;
        let words = format!("the database `{}`", database.name());
        called(&["--url", database.url()])?.with(3, &words)?;
        called(&["--url", database.url(), "--yes"])?.with(0, "# Rehearsal: no problem found")?;
        let other = database.connect().await?;
        called(&["--url", database.url(), "--yes"])?.with(3, "1 other sessions")?;
        drop(other);
        Ok(())
    })
}
