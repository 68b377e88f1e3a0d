//! A verification that was stopped goes on where it was.

use std::sync::{Arc, Mutex};

use changeover::{ErrorKind, Interrupt, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

use super::history::{expect, migrated, plant, until};

#[test]
fn it_goes_on_where_it_was_and_keeps_what_it_found() -> Result<(), Failure> {
    block_on(async {
        let fixture = migrated("verified_resumed").await?;
        plant(&fixture, "update users set display_name = 'x' where id in (7, 2990)").await?;
        let history = until("m0002_change")?;
        let (mut kept, mut runs, mut rows) = (None, 0, 0);
        let found = loop {
            let interrupt = Interrupt::default();
            let (last, raised) = (Arc::new(Mutex::new(None)), interrupt.clone());
            let seen = last.clone();
            let mut verify = Verify::default().table("users").watch(move |now| {
                // Within its second range.
                if seen
                    .lock()
                    .expect("it does not panic")
                    .replace(now.position.to_owned())
                    .is_some()
                {
                    raised.raise();
                }
            });
            if let Some(position) = kept.take() {
                verify = verify.from(position);
            }
            let builder = Fixture::builder(&history).interrupt(&interrupt);
            runs += 1;
            match builder.connect(fixture.url()).await?.verify(&verify).await {
                Ok(found) => break found,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            kept = last.lock().expect("it does not panic").take();
            rows += 1;
        };
        if runs < 4 || rows == 0 {
            fail!("it was not stopped often enough: {runs}");
        }
        let users = 6 * 3000;
        if found.rows() != users {
            fail!("{} rows were looked at and not {users}: {found}", found.rows());
        }
        expect(&found, &[("`username`", &["id = 2990", "id = 7"])])
    })
}

#[test]
fn a_position_of_another_history_or_database_is_refused() -> Result<(), Failure> {
    block_on(async {
        let (fixture, other) = (migrated("verified_a").await?, migrated("verified_b").await?);
        let history = until("m0002_change")?;
        let last = Arc::new(Mutex::new(String::new()));
        let seen = last.clone();
        let watch = Verify::default().watch(move |now| {
            now.position.clone_into(&mut seen.lock().expect("it does not panic"));
        });
        Fixture::builder(&history).connect(fixture.url()).await?.verify(&watch).await?;
        let position = last.lock().expect("it does not panic").clone();
        let from = Verify::default().from(position.clone());
        let again = Fixture::builder(&history).connect(fixture.url()).await?.verify(&from).await?;
        if again.rows() == 0 {
            fail!("what was done is not told: {again}");
        }
        for (url, from) in [
            (other.url(), from.clone()),
            (fixture.url(), Verify::default().table("events").from(position)),
            (fixture.url(), Verify::default().from("something else")),
        ] {
            match Fixture::builder(&history).connect(url).await?.verify(&from).await {
                Err(error) if error.kind() == ErrorKind::Position => {}
                other => fail!("it was not refused: {other:?}"),
            }
        }
        Ok(())
    })
}
