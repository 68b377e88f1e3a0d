//! `review --format`: what a pull request is to say.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::changeover::Changeover;
use crate::cli::codes::DIFFERS;
use crate::cli::failure::Failure;
use crate::migration::Migrations;
use crate::outcome::forecast::Forecast;
use crate::review::{self, Grounds, Level, Statistics};

/// How a proposal is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shape {
    /// The comment of a pull request; with --json, its data
    Markdown,
    /// SARIF 2.1.0, for GitHub's code scanning
    Sarif,
    /// The artifact `codequality` of GitLab
    Gitlab,
    /// The data of the comment
    Json,
}

/// What goes with `--format`.
#[derive(Args)]
pub(super) struct Options {
    /// With --format: the revision of git that the branch is to be merged into, `origin/main`; without,
    /// what the database has pending, or the whole history
    #[arg(long, value_name = "REV", requires = "shape", allow_hyphen_values = true)]
    since: Option<String>,
    /// With --format: the sizes of tables, a file that `stats` has printed
    #[arg(long, value_name = "FILE", requires = "shape")]
    stats: Option<PathBuf>,
    /// With --format: a database with sizes like production's, in which obstacles are looked for, too;
    /// without a value, what `DATABASE_URL` names
    #[arg(long, requires = "shape", conflicts_with = "stats", num_args = 0..=1, default_missing_value = "")]
    url: Option<String>,
    /// With --url: the name of the service [default: default]
    #[arg(long, value_name = "NAME", requires = "url")]
    app: Option<String>,
    /// With --format: the folder of the migrations' source files [default: the one that --dir is in]
    #[arg(long, value_name = "FOLDER", requires = "shape")]
    migrations: Option<PathBuf>,
}

impl Options {
    pub(super) async fn print(
        self,
        history: &Migrations,
        dir: &Path,
        shape: Shape,
        check: bool,
    ) -> Result<ExitCode, Failure> {
        let proposal = review::proposal(history, &self.grounds(history, dir).await?);
        let proposal = proposal.map_err(|error| Failure::Refused(error.to_string()))?;
        let text = match shape {
            Shape::Markdown => proposal.to_markdown(),
            Shape::Sarif => proposal.to_sarif(),
            Shape::Gitlab => proposal.to_gitlab(),
            Shape::Json => proposal.to_json(),
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        let mut concerns = proposal.concerns.iter();
        let fails = concerns.any(|one| one.level == Level::Error || one.rule == "review-file");
        Ok(if check && fails { ExitCode::from(DIFFERS) } else { ExitCode::SUCCESS })
    }

    async fn grounds(self, history: &Migrations, dir: &Path) -> Result<Grounds, Failure> {
        let statistics = self.stats.as_deref().map(statistics).transpose()?;
        let forecast = match self.url {
            Some(url) => Some(forecast(history, &url, self.app.as_deref()).await?),
            None => None,
        };
        let migrations = self.migrations.unwrap_or_else(|| match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        });
        Ok(Grounds {
            migrations,
            review_files: dir.to_owned(),
            since: self.since,
            statistics,
            statistics_file: self.stats,
            forecast,
            ..Grounds::default()
        })
    }
}

fn statistics(file: &Path) -> Result<Statistics, Failure> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        let help = "`stats` prints them: keep that as this file";
        io::Error::new(error.kind(), format!("cannot read `{name}`: {error}\nhelp: {help}"))
    })?;
    Statistics::from_json(&text).map_err(|error| Failure::Refused(format!("`{name}`: {error}")))
}

async fn forecast(history: &Migrations, url: &str, app: Option<&str>) -> Result<Forecast, Failure> {
    let url = match url {
        "" => env::var("DATABASE_URL").map_err(|_| {
            let help = "help: give the URL, or set DATABASE_URL";
            Failure::Refused(format!("`--url` has no value, and DATABASE_URL is not set\n{help}"))
        })?,
        url => url.to_owned(),
    };
    let builder = Changeover::builder(history);
    let builder = match app {
        Some(app) => builder.app(app),
        None => builder,
    };
    Ok(builder.connect(&url).await?.forecast().await?)
}
