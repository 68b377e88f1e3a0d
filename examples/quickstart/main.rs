//! A schema change under traffic: `cargo run --example quickstart`.
//!
//! An accounts service renames a column, adds another and an index, while clients of its old and
//! its new build read and write 200,000 rows. It needs no set-up: without `DATABASE_URL` it starts
//! a PostgreSQL server of its own.
//!
//! - `--naive` makes the same change with one `ALTER` each, behind a reader that keeps a
//!   transaction open for five seconds;
//! - `--reader` puts the same reader in the way of the planned change.

mod clients;
mod ledger;
mod migrations;
mod naive;
mod options;
mod planned;
mod progress;
mod reader;
mod report;
mod stage;

use std::{error::Error, process::ExitCode};

use crate::{clients::Build, options::Options, stage::Stage};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    match run(options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether no client met an error and no row is wrong.
async fn run(options: Options) -> Result<bool> {
    let mut stage = Stage::set().await?;
    stage.fleet.start(Build::Old, stage::CLIENTS).await?;
    stage.watch("at rest").await;

    if options.naive {
        naive::change(&mut stage).await?;
    } else {
        planned::change(&mut stage, options.reader).await?;
    }

    stage.watch("afterwards").await;
    stage.close().await
}
