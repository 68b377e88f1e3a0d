//! Names and reasons that are given at run time: kept exactly, or refused.

use changeover::{Changeover, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

const PIECES: [&str; 12] =
    ["'", "\"", "\\", "$$", ";", "--", "/*", " ", "é", "💥", "{}", "select pg_sleep(9)"];

const EMPTY: Migrations = Migrations { migrations: &[], schema: &[], names: &[] };

#[test]
fn names_and_reasons_are_kept_as_they_are() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("quoting").await?;
        // What a backslash stands for must not hang on what a role was given.
        let lax = "do $$ begin execute format('alter role %I in database %I set \
                   standard_conforming_strings = off', current_user, current_database()); end $$";
        fixture.db.batch_execute(lax).await?;
        for one in PIECES {
            for other in PIECES {
                let (app, reason) = (format!("{one}a{other}"), format!("{other}\n{one}{other}"));
                let connected =
                    Changeover::builder(&EMPTY).app(app.as_str()).connect(fixture.url());
                let mut changeover = connected.await?;
                changeover.pause(&reason).await?;
                let kept = "select reason from changeover.controls where history = $1";
                let kept: String = fixture.db.query_one(kept, &[&app]).await?.get(0);
                if kept != reason {
                    fail!("{kept:?} was kept of {reason:?}");
                }
                changeover.resume().await?;
                changeover.migrate().await?;
            }
        }
        let reset = "do $$ begin execute format('alter role %I in database %I reset all', \
                     current_user, current_database()); end $$";
        fixture.db.batch_execute(reset).await?;
        Ok(())
    })
}

#[test]
fn a_name_that_no_log_can_show_is_refused() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("control_characters").await?;
        let long = "x".repeat(100_000);
        for (app, instance, why) in [
            ("a\0b", "i", "holds a control character"),
            ("a\nb", "i", "holds a control character"),
            ("a", "i\0", "holds a control character"),
            ("a", "\u{1b}[2J", "holds a control character"),
            ("a\u{202e}b", "i", "holds a control character"),
            ("a", "i\u{2066}", "holds a control character"),
            ("a\u{2028}b", "i", "holds a control character"),
            ("", "i", "is blank"),
            (" \u{3000}", "i", "is blank"),
            ("a", " ", "is blank"),
            (&long, "i", "is longer than 200 characters"),
            ("a", &long, "is longer than 200 characters"),
        ] {
            let builder = Changeover::builder(&EMPTY).app(app).instance(instance);
            match builder.connect(fixture.url()).await {
                Err(error) => {
                    let message = error.to_string();
                    if !message.contains(why) || message.len() > 1_000 {
                        fail!("not {why:?}: {message}");
                    }
                }
                Ok(_) => fail!("taken, though it {why}"),
            }
        }
        Ok(())
    })
}
