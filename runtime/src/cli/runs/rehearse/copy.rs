//! A copy that a rehearsal makes for itself, and that goes with it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::files::at;
use crate::cli::failure::Failure;
use crate::outcome::error::Error;
use crate::session::connect::url;
use crate::session::executor::SqlError;
use crate::session::sql::quote_identifier;
use crate::testing::{Database, Server, with_database};

#[derive(Args)]
pub(super) struct Copies {
    /// Rehearses in a copy of this database of the server that `--url` names, dropped at the end;
    /// nobody may be connected to it while it is copied
    #[arg(long, value_name = "DATABASE", requires = "url", conflicts_with = "dump")]
    template: Option<String>,
    /// Rehearses on a server of its own, gone at the end, with what `pg_dump` wrote into this file; it
    /// takes `psql` or `pg_restore`
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    dump: Option<PathBuf>,
}

/// A copy.
pub(super) enum Copy {
    OfTemplate { template: String, admin: String, name: String, url: String },
    // The server is stopped when it is dropped, after its database.
    OfDump { database: Box<Database>, _server: Box<Server> },
}

impl Copies {
    /// Makes a copy, if one is asked for.
    pub(super) async fn make(&self, url: Option<&str>) -> Result<Option<Copy>, Failure> {
        if let Some(file) = &self.dump {
            return of_dump(file).await.map(Some);
        }
        match (&self.template, url) {
            (Some(template), Some(url)) => Ok(Some(of_template(template, url).await?)),
            _ => Ok(None),
        }
    }
}

async fn of_template(template: &str, url: &str) -> Result<Copy, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("rehearsal_{}_{}", since.as_secs(), std::process::id());
    // Nobody may be connected to the template, and we may have been given its URL.
    let admin = with_database(url, "postgres");
    let sql = format!(
        "create database {} template {}",
        quote_identifier(&name),
        quote_identifier(template)
    );
    execute(&admin, &sql).await?;
    let template = template.to_owned();
    Ok(Copy::OfTemplate { template, url: with_database(url, &name), admin, name })
}

async fn execute(database: &str, sql: &str) -> Result<(), Error> {
    let client =
        url::client(database, "rehearsal").await.map_err(|error| Error::connect(&error))?;
    let done = client.batch_execute(sql).await;
    done.map_err(|error| Error::sql(sql, &SqlError::from(error)))
}

async fn of_dump(file: &Path) -> Result<Copy, Failure> {
    let kind = Kind::of(file)?;
    let server = Server::start_own().await?;
    let database = server.database("rehearsal").await?;
    let (program, url) = (kind.program(), database.url().to_owned());
    let mut command = kind.command(file, &url);
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            return Err(Failure::Refused(format!(
                "`{program}` cannot be run, which restores the dump: {error}\nhelp: install \
                 PostgreSQL's client programs"
            )));
        }
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first: Vec<&str> = said.lines().take(5).collect();
        return Err(Failure::Refused(format!(
            "`{program}` could not restore the dump: {}\nhelp: write it with `pg_dump --no-owner \
             --no-privileges`, of a server that is not newer than `CHANGEOVER_PG_VERSION`",
            first.join("\n")
        )));
    }
    // Without statistics nothing is foreseen.
    execute(&url, "analyze").await?;
    Ok(Copy::OfDump { database: Box::new(database), _server: Box::new(server) })
}

/// How a dump is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Script,
    Archive,
}

impl Kind {
    /// An archive begins with `PGDMP`, a tar file with the name of its first part, and a folder is one.
    fn of(file: &Path) -> std::io::Result<Kind> {
        if file.is_dir() {
            return Ok(Kind::Archive);
        }
        let mut begin = Vec::new();
        File::open(file)
            .and_then(|file| file.take(8).read_to_end(&mut begin))
            .map_err(|error| at(file, &error))?;
        let is_archive = begin.starts_with(b"PGDMP") || begin.starts_with(b"toc.dat");
        Ok(if is_archive { Kind::Archive } else { Kind::Script })
    }

    fn program(self) -> &'static str {
        match self {
            Kind::Script => "psql",
            Kind::Archive => "pg_restore",
        }
    }

    fn command(self, file: &Path, url: &str) -> Command {
        let mut command = Command::new(self.program());
        match self {
            Kind::Script => command.args([
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-o",
                "/dev/null",
                "-d",
                url,
                "-f",
            ]),
            Kind::Archive => {
                command.args(["--no-owner", "--no-privileges", "--exit-on-error", "-d", url])
            }
        };
        command.arg(file);
        command
    }
}

impl Copy {
    pub(super) fn url(&self) -> &str {
        match self {
            Copy::OfTemplate { url, .. } => url,
            Copy::OfDump { database, .. } => database.url(),
        }
    }

    /// What is left of it, a sentence.
    pub(super) fn state(&self) -> String {
        match self {
            Copy::OfTemplate { template, .. } => {
                format!("The copy of `{template}` is dropped, and `{template}` is as it was.")
            }
            Copy::OfDump { .. } => "The server of the rehearsal is gone.".to_owned(),
        }
    }

    /// What its figures do not say of another server.
    pub(super) fn note(&self) -> Option<String> {
        matches!(self, Copy::OfDump { .. }).then(|| {
            "the server of the rehearsal was a throw-away one, which does not wait for its disk (`fsync` \
             is off) and has small defaults: its times are not those of production"
                .to_owned()
        })
    }

    /// Removes it.
    pub(super) async fn remove(self) -> Result<(), Error> {
        let Copy::OfTemplate { admin, name, .. } = self else { return Ok(()) };
        let sql = format!("drop database if exists {} with (force)", quote_identifier(&name));
        execute(&admin, &sql).await
    }
}
