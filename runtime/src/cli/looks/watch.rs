//! `watch`: what goes on just now, again and again.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::sync::mpsc::{Receiver, channel};

use crate::changeover::Changeover;
use crate::changeover::looks::glance::seen::Glance;
use crate::cli::database::Service;
use crate::cli::failure::Failure;
use crate::migration::Migrations;
use crate::outcome::error::Error;
use crate::settings::setting::{Setting, duration};

const CODES: &str = "\
Exit codes:
  0  it was watched as often as was asked for, or until `q`
  1  the database could not be read
  2  the arguments are wrong";

/// What clears a terminal and puts the cursor into its corner.
const CLEAR: &str = "\u{1b}[2J\u{1b}[H";
const KEYS: &str = "p pauses, r resumes, + and - change the pace, q ends; Enter after each";
/// The time of a batch that nobody has set.
const BATCH: Duration = Duration::from_millis(10);

/// Shows what goes on just now: progress, who waits for whom, load, instances, gates
///
/// It looks every few seconds until Ctrl-C, or so many times, and waits for no lock. At a terminal
/// `p`, `r`, `+` and `-`, each with Enter, do what `pause`, `resume` and `set --batch-time` do, for a
/// role that may; without one it changes nothing.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Watch {
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// How often to look; without it, until Ctrl-C
    #[arg(long, value_name = "TIMES")]
    times: Option<u64>,
    #[command(flatten)]
    service: Service,
}

impl Watch {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let mut changeover = self.service.connect(history).await?;
        let mut pace = tokio::time::interval(Duration::from_secs(self.every));
        let mut typed = typed();
        let (mut looks, mut glance) = (0, Glance::default());
        while self.times.is_none_or(|times| looks < times) {
            tokio::select! {
                _ = pace.tick() => {}
                Some(line) = typed.recv() => {
                    if line.trim() == "q" {
                        break;
                    }
                    obey(&mut changeover, line.trim(), &glance).await?;
                }
            }
            glance = changeover.glance().await?;
            show(&glance)?;
            looks += 1;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(glance: &Glance) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        writeln!(out, "{CLEAR}{glance}\n{KEYS}")?;
    } else {
        writeln!(out, "{glance}")?;
    }
    out.flush()
}

/// The lines that somebody types. Their thread ends with the process: nothing wakes a read of a
/// terminal.
fn typed() -> Receiver<String> {
    let (sender, receiver) = channel(1);
    if io::stdin().is_terminal() {
        std::thread::spawn(move || {
            for line in io::stdin().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

async fn obey(changeover: &mut Changeover, key: &str, glance: &Glance) -> Result<(), Error> {
    match key {
        "p" => changeover.pause("at the keyboard of `watch`").await,
        "r" => changeover.resume().await,
        "+" => changeover.set(&[pace(glance, true)]).await,
        "-" => changeover.set(&[pace(glance, false)]).await,
        _ => Ok(()),
    }
}

/// Twice or half of the time that a batch takes by what is set.
fn pace(glance: &Glance, faster: bool) -> Setting {
    let set = glance.status.settings.iter().find(|setting| setting.name == "batch_time");
    let time = set.and_then(|setting| duration(&setting.value)).unwrap_or(BATCH);
    let time = if faster { time * 2 } else { time / 2 };
    Setting::BatchTime(time.clamp(Duration::from_millis(1), Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::status::SettingStatus;

    #[test]
    fn a_pace_is_doubled_and_halved_within_bounds() {
        let of = |value: Option<&str>, faster| {
            let mut glance = Glance::default();
            glance.status.settings.extend(value.map(|value| SettingStatus {
                name: "batch_time".to_owned(),
                value: value.to_owned(),
                by: "me".to_owned(),
            }));
            pace(&glance, faster).value()
        };
        assert_eq!(of(None, true), "20ms");
        assert_eq!(of(Some("5ms"), false), "2ms");
        assert_eq!(of(Some("1ms"), false), "1ms");
        assert_eq!(of(Some("1s"), true), "1s");
        assert_eq!(of(Some("nonsense"), true), "20ms");
    }
}
