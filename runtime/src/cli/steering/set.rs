//! `set`: how much load the runs of a history bear, from now on.

use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::looks::status::setting;
use crate::cli::output::Format;
use crate::cli::runs::setup::time;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::outcome::status::SettingStatus;
use crate::settings::load::Limit;
use crate::settings::setting::{Setting, workers};

const CODES: &str = "\
Exit codes:
  0  it is set
  1  it could not be written down
  2  the arguments are wrong";

/// Changes load limits, the batch time and the workers of the runs of this history
///
/// A run that is under way hears of it within a second while it fills rows. It holds for
/// later runs, too, in place of what their builder was told, until `set --reset`. What is
/// set is printed, and alone by `set` without more.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Set {
    /// The time that one batch of a backfill should take, `10ms`
    #[arg(long, value_name = "TIME", value_parser = time)]
    batch_time: Option<Duration>,
    /// How many sessions a backfill may use at the same time, `2`
    #[arg(long, value_name = "NUMBER", value_parser = workers)]
    workers: Option<u32>,
    /// How long a backfill rests after each batch, as a share of its time, `100%`
    #[arg(long, value_name = "SHARE", value_parser = share)]
    nice: Option<Setting>,
    /// The load above which it waits, `active_sessions=50`; may be given several times
    #[arg(long, value_name = "LIMIT")]
    max_load: Vec<Limit>,
    /// The load above which it stops, `replica_lag=1min`; may be given several times
    #[arg(long, value_name = "LIMIT")]
    critical_load: Vec<Limit>,
    /// Takes back all that was set, before it sets what else is given
    #[arg(long)]
    reset: bool,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    format: Format,
}

struct Settings(Vec<SettingStatus>);

impl Set {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut changeover = self.service.connect(history).await?;
        if self.reset {
            changeover.reset().await?;
        }
        changeover.set(&self.settings()).await?;
        let settings = Settings(changeover.status().await?.settings);
        self.format.print(
            &settings,
            |Settings(all)| json!({ "settings": all.iter().map(setting).collect::<Vec<_>>() }),
        )?;
        Ok(ExitCode::SUCCESS)
    }

    fn settings(&self) -> Vec<Setting> {
        let batch_time = self.batch_time.map(Setting::BatchTime);
        let workers = self.workers.map(Setting::Workers);
        let max = self.max_load.iter().copied().map(Setting::MaxLoad);
        let critical = self.critical_load.iter().copied().map(Setting::CriticalLoad);
        batch_time.into_iter().chain(workers).chain(self.nice).chain(max).chain(critical).collect()
    }
}

fn share(text: &str) -> Result<Setting, Error> {
    format!("nice={text}").parse()
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing is set\n");
        }
        self.0.iter().try_for_each(|set| writeln!(f, "{set}"))
    }
}
