//! How a run is set up by the arguments of its command.

use std::time::Duration;

use clap::Args;

use super::interrupt;
use super::progress::Meter;
use crate::changeover::Changeover;
use crate::changeover::builder::Builder;
use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::migration::Migrations;
use crate::settings::load::Limit;
use crate::settings::setting::{duration, workers};

/// Named as the methods of the builder are.
#[derive(Args)]
pub(in crate::cli) struct Setup {
    #[command(flatten)]
    service: Service,
    /// The longest wait for a lock that clients queue behind, `300ms`
    #[arg(long, value_name = "TIME", value_parser = time)]
    lock_timeout: Option<Duration>,
    /// How long one step, or the wait for another runner, goes on trying, `10min`
    #[arg(long, value_name = "TIME", value_parser = time)]
    deadline: Option<Duration>,
    /// The time that one batch of a backfill should take, `10ms`
    #[arg(long, value_name = "TIME", value_parser = time)]
    batch_time: Option<Duration>,
    /// How many sessions a backfill may use at the same time, `2`
    #[arg(long, value_name = "NUMBER", value_parser = workers)]
    workers: Option<u32>,
    /// The load above which it waits, `active_sessions=50`; may be given several times
    #[arg(long, value_name = "LIMIT")]
    max_load: Vec<Limit>,
    /// The load above which it stops, `replica_lag=1min`; may be given several times
    #[arg(long, value_name = "LIMIT")]
    critical_load: Vec<Limit>,
}

/// A run that is to begin, and who watches it.
pub(in crate::cli) struct Ready {
    pub(in crate::cli) changeover: Changeover,
    pub(super) meter: Meter,
}

impl Setup {
    pub(in crate::cli) async fn connect(
        &self,
        history: &Migrations,
        format: &Format,
    ) -> Result<Ready, Failure> {
        self.connect_as(history, format, |builder| builder).await
    }

    /// The same with what the command itself has to say.
    pub(super) async fn connect_as(
        &self,
        history: &Migrations,
        format: &Format,
        also: impl FnOnce(Builder) -> Builder,
    ) -> Result<Ready, Failure> {
        let (meter, interrupt) = (Meter::new(format.is_json()), interrupt::by_signals()?);
        let shown = meter.clone();
        let mut builder = also(self.service.builder(history).interrupt(&interrupt));
        builder = builder.on_progress(move |progress| shown.show(progress));
        if let Some(timeout) = self.lock_timeout {
            builder = builder.lock_timeout(timeout);
        }
        if let Some(deadline) = self.deadline {
            builder = builder.deadline(deadline);
        }
        if let Some(time) = self.batch_time {
            builder = builder.batch_time(time);
        }
        if let Some(workers) = self.workers {
            builder = builder.workers(workers);
        }
        for limit in &self.max_load {
            builder = builder.max_load(*limit);
        }
        for limit in &self.critical_load {
            builder = builder.critical_load(*limit);
        }
        Ok(Ready { changeover: self.service.connect_as(builder).await?, meter })
    }
}

/// A time, as an argument has it.
pub(in crate::cli) fn time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "a time is written as `300ms`, `5s` or `10min`".to_owned())
}
