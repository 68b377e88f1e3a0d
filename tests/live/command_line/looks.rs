//! `plan`, `doctor`, `runbook`, `timeline` and `watch`: what they print, with the fields of the page.

use std::collections::BTreeSet;

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, fail};
use serde_json::Value;

use super::process::called;
use crate::adopt::command_line::{documented, fields};

/// All fields of the page are there, and no others.
fn expect_documented(value: &Value, section: &str) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    fields(value, &mut names);
    if names != documented(section) {
        fail!("{section}: {names:?} are not those of the page, {:?}", documented(section));
    }
    Ok(())
}

#[test]
fn a_roll_out_is_told_before_and_after_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::with_users("command_looks", 50).await?;
        fixture.db.batch_execute("analyze users; grant create on schema public to public").await?;
        let url = fixture.url();
        let plan = called(url, "plan m0002_rename --json")?.json(0)?;
        expect_documented(&plan, "plan")?;
        let text = called(url, "plan")?.with(0)?;
        let runbook = called(url, "runbook m0002_rename")?.with(0)?;
        for (text, part) in [(&text, "ACCESS EXCLUSIVE of"), (&runbook, "# Runbook: m0002_rename")]
        {
            if !text.contains(part) {
                fail!("{part} is not in {text}");
            }
        }
        called(url, "plan m0099_none")?.with(3)?;

        let Some(old) = RENAME_HISTORY.until("m0002_rename") else { fail!("no such migration") };
        let old = Fixture::leasing(&old).finishes(false).connect(url).await?.hold_lease().await?;
        called(url, "up")?.with(0)?;
        old.release().await;
        called(url, "contract --force --reason trial --yes")?.with(0)?;
        let timeline = called(url, "timeline --json")?.json(0)?;
        expect_documented(&timeline, "timeline")?;
        let page = called(url, "timeline")?.with(0)?;
        if !page.starts_with("<!doctype html>") {
            fail!("{page}");
        }
        let watched = called(url, "watch --every 1 --times 2")?.with(0)?;
        if watched.matches("no run is under way").count() != 2 || !watched.contains("at work") {
            fail!("{watched}");
        }
        let found = called(url, "doctor --json")?.json(4)?;
        expect_documented(&found, "doctor")
    })
}
