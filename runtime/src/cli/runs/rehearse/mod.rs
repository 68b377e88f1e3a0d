//! `rehearse`: what is pending, on a copy, with clients.

#[cfg(unix)]
mod copy;
mod files;
mod json;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};

#[cfg(unix)]
use self::copy::{Copies, Copy};
use super::consent::Consent;
use super::interrupt;
use super::setup::time;
use crate::cli::codes;
use crate::cli::failure::Failure;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::review;
use crate::session::connect::address::Address;
use crate::session::shown::on_one_line;
use crate::settings::interrupt::Interrupt;
use crate::testing::{Rehearsal, Rehearse as Rehearsing, rehearse};

const CODES: &str = "\
Exit codes:
  0  nothing was found
  1  it failed; the report says how far it got
  2  the arguments are wrong
  3  it was refused, because others use that database or nobody confirmed it, and nothing was
     written
  4  it found problems, which the report has
  6  it was interrupted; the report says what there is";

/// Rehearses what is pending on a copy of a database, with clients of old and new builds
///
/// Each pending migration is a release of its own: old builds read and write, it expands and
/// migrates, new builds come, it is undone and compared with what was before, done again, and
/// contracted. Clients are derived from the tables that it touches; `--queries` has yours. The
/// report has the problems, the locks, latencies, WAL and times, foreseen and measured.
///
/// It writes rows, takes migrations back and runs contracts, so the database has to be named, is
/// refused while others use it, and is not as it was afterwards.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Rehearse {
    /// The copy, `postgres://user@host/name`; it is never taken from `DATABASE_URL`
    #[arg(long, required_unless_present = "dump")]
    url: Option<String>,
    #[cfg(unix)]
    #[command(flatten)]
    copies: Copies,
    /// The name of the service, as its builds give it to `Builder::app` [default: default]
    #[arg(long, value_name = "NAME")]
    app: Option<String>,
    /// The migration to begin with; what comes before it runs without clients
    #[arg(long, value_name = "MIGRATION")]
    since: Option<String>,
    /// Your own queries, one below each line `-- old`, `-- new`, or `-- none`, which must give no row
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// Requests a second of the clients of each build
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    rate: u32,
    /// How long each part lasts in which nothing runs but clients
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "10s")]
    at_rest: Duration,
    /// For how long a lock may be held that blocks reads or writes
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "500ms")]
    longest_lock: Duration,
    /// Stops a backfill after so long and says how long all of it takes; what follows is not rehearsed
    #[arg(long, value_name = "TIME", value_parser = time)]
    sample: Option<Duration>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: Format,
    /// The file that the report is written to, and not printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A page of HTML that is written beside it, of when which step ran
    #[arg(long, value_name = "FILE")]
    timeline: Option<PathBuf>,
    #[command(flatten)]
    consent: Consent,
}

/// How the report is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Markdown,
    /// For programs
    Json,
}

impl Rehearse {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let interrupt = interrupt::by_signals()?;
        let rehearsing = self.set_up(history, &interrupt)?;
        let rehearsal = self.rehearsed(rehearsing).await?;
        self.write(&rehearsal)?;
        let code = match &rehearsal.stopped {
            _ if !rehearsal.problems.is_empty() => codes::DIFFERS,
            Some(_) if interrupt.is_raised() => codes::INTERRUPTED,
            Some(_) => codes::FAILED,
            None => 0,
        };
        Ok(ExitCode::from(code))
    }

    fn set_up(&self, history: &Migrations, interrupt: &Interrupt) -> io::Result<Rehearsing> {
        let mut rehearsing = rehearse(history)
            .rate(self.rate)
            .at_rest(self.at_rest)
            .longest_lock(self.longest_lock)
            .interrupt(interrupt)
            .on_phase(|phase| eprintln!("{}", on_one_line(phase)));
        if let Some(app) = &self.app {
            rehearsing = rehearsing.app(app);
        }
        if let Some(since) = &self.since {
            rehearsing = rehearsing.since(since);
        }
        if let Some(sample) = self.sample {
            rehearsing = rehearsing.sample(sample);
        }
        if let Some(file) = &self.queries {
            rehearsing = rehearsing.queries(&files::read(file)?);
        }
        Ok(rehearsing)
    }

    #[cfg(unix)]
    async fn rehearsed(&self, rehearsing: Rehearsing) -> Result<Rehearsal, Failure> {
        match self.copies.make(self.url.as_deref()).await? {
            Some(copy) => in_a_copy(copy, rehearsing).await,
            None => self.in_place(rehearsing).await,
        }
    }

    #[cfg(not(unix))]
    async fn rehearsed(&self, rehearsing: Rehearsing) -> Result<Rehearsal, Failure> {
        self.in_place(rehearsing).await
    }

    /// In the database that was named, if that is meant.
    async fn in_place(&self, rehearsing: Rehearsing) -> Result<Rehearsal, Failure> {
        let url = self.url.as_deref().unwrap_or_default();
        self.consent.to(&format!(
            "the rehearsal writes rows into {}, takes migrations back and drops what contracts drop",
            named(url)?
        ))?;
        Ok(rehearsing.run(url).await?)
    }

    fn write(&self, rehearsal: &Rehearsal) -> io::Result<()> {
        let text = match self.format {
            Format::Markdown => rehearsal.to_string(),
            Format::Json => format!("{:#}\n", json::of(rehearsal)),
        };
        if let Some(file) = &self.timeline {
            files::write(file, &review::timeline(&rehearsal.timeline))?;
        }
        if let Some(file) = &self.out {
            return files::write(file, &text);
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// In a copy that goes with the rehearsal.
#[cfg(unix)]
async fn in_a_copy(copy: Copy, rehearsing: Rehearsing) -> Result<Rehearsal, Failure> {
    let outcome = rehearsing.run(copy.url()).await;
    let (left, notes) = (copy.state(), copy.note());
    copy.remove().await?;
    let mut rehearsal = outcome?;
    rehearsal.state = left;
    rehearsal.notes.extend(notes);
    Ok(rehearsal)
}

/// A database with its host, as somebody who confirms it has to see it.
fn named(url: &str) -> Result<String, Error> {
    let address = Address::read(url).map_err(|error| Error::connect(&error))?;
    let hosts: Vec<String> = address
        .config
        .get_hosts()
        .iter()
        .map(|host| match host {
            tokio_postgres::config::Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let name = address.config.get_dbname().or(address.config.get_user()).unwrap_or_default();
    Ok(format!("the database `{}` at {}", on_one_line(name), on_one_line(&hosts.join(", "))))
}
