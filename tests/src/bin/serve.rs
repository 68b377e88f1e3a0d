//! A process of a service: it holds a lease and writes one column of `users` until it is told to
//! stop, and fails at the first statement that does.
//!
//! `serve <database url> <head> <column>`; a line a write on the standard output.

use std::env;
use std::io::{Write as _, stdout};
use std::process::ExitCode;
use std::time::Duration;

use changeover_tests::fixture::Fixture;
use changeover_tests::sample::RENAME_HISTORY;
use changeover_tests::{Failure, block_on, connect, fail};

/// Each process has it in its hands to be done within it.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() -> ExitCode {
    match block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, head, column] = arguments.as_slice() else {
        fail!("usage: serve <database url> <head> <column>")
    };
    let Some(history) = RENAME_HISTORY.until(head) else { fail!("no migration is called {head}") };
    let builder = Fixture::leasing(&history).instance(head);
    let lease = builder.connect(url).await?.hold_lease().await?;
    lease.ready(PATIENCE).await?;
    let db = connect(url, head).await?;
    let sql = format!("update users set {column} = $1 where id = 1");
    let write = db.prepare(&sql).await?;
    for number in 1_u64.. {
        db.execute(&write, &[&format!("{head} {number}")]).await?;
        // Who reads it may be gone, and this process with it.
        writeln!(stdout(), "served {number}").map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(())
}
