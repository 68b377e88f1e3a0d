//! One look at the server: what it is busy with, and who wants the run to wait.

pub(super) mod asked;
mod commits;
mod statement;
mod trail;

use std::time::{Duration, Instant};

use self::commits::Commits;
use self::trail::Trail;
use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;
use crate::settings::Settings;
use crate::settings::load::{Limit, Load};
use crate::settings::setting::{Overrides, Setting};

pub(crate) struct Reading {
    pub(crate) load: Load,
    /// Who paused the run, and why.
    pub(crate) paused: Option<String>,
    /// What was set from elsewhere.
    pub(crate) set: Overrides,
}

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Over at once; it minds nothing but a pause.
    Brief,
    /// A batch among many, or an index build.
    Heavy,
}

/// Reads the load, and keeps of each look what the next ones need.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    trail: Trail,
    commits: Commits,
    /// Said that something cannot be seen.
    said: bool,
    /// The server refuses to show the load at all.
    blind: bool,
    /// What was set, as it was last read.
    set: String,
}

impl Reader {
    /// Looks before something of this weight, which fills this table or partition, if any.
    pub(crate) async fn read(
        &mut self,
        session: &mut RunSession<'_>,
        settings: &Settings,
        (weight, fills): (Weight, Option<u32>),
    ) -> Result<Reading, Error> {
        let mut reading = self.look(session, settings, fills).await?;
        let is_asked = weight == Weight::Heavy && reading.paused.is_none();
        let commits = Limit::CommitTime(Duration::ZERO);
        let minds = settings.throttle.minds(commits) || reading.set.has(commits);
        if is_asked && minds {
            reading.load.commit_time = self.commits.measure(session, settings).await?;
        }
        Ok(reading)
    }

    async fn look(
        &mut self,
        session: &mut RunSession<'_>,
        settings: &Settings,
        fills: Option<u32>,
    ) -> Result<Reading, Error> {
        if !self.blind {
            match session.query_state(&statement::with_load(settings, fills)).await {
                Ok(rows) => return Ok(self.reading(&rows)),
                Err(error) if error.code() == Some(INSUFFICIENT_PRIVILEGE) => {
                    self.blind = true;
                    tracing::warn!(%error, "the server does not show its load, which is left out");
                }
                Err(error) => return Err(error),
            }
        }
        let rows = session.query_state(&statement::without_load(settings)).await?;
        Ok(self.reading(&rows))
    }

    fn reading(&mut self, rows: &Rows) -> Reading {
        let row = rows.iter().next();
        let paused = row.and_then(paused);
        let set = self.set(row.and_then(|row| row.get(2)).unwrap_or_default());
        Reading { load: row.map(|row| self.load(row)).unwrap_or_default(), paused, set }
    }

    /// A newer build, or a hand, may have set what this build cannot read: it is left out, and that
    /// is said once.
    fn set(&mut self, lines: &str) -> Overrides {
        let is_new = self.set != lines;
        if is_new {
            lines.clone_into(&mut self.set);
            tracing::info!(
                settings = lines.replace('\n', ", "),
                "settings of this history changed"
            );
        }
        let read = |line: &str| {
            let setting = line.parse::<Setting>();
            setting.inspect_err(|error| {
                if is_new {
                    tracing::warn!(%error, "a row of changeover.settings is left out");
                }
            })
        };
        Overrides::of(lines.lines().filter_map(|line| read(line).ok()))
    }

    fn load(&mut self, row: Row<'_>) -> Load {
        let number = |column: usize| row.number::<u64>(column);
        let few = |column: usize| row.number::<u32>(column);
        let seconds = |column: usize| {
            let seconds = row.number::<f64>(column)?;
            Duration::try_from_secs_f64(seconds.max(0.0)).ok()
        };
        self.tell_of_hidden([5, 6].into_iter().filter_map(number).sum());
        let (now, replayed) = (number(9), number(10));
        let seen = now.map(|now| self.trail.look(Instant::now(), now, replayed));
        let seen = seen.unwrap_or_default();
        Load {
            active_sessions: few(3),
            oldest_transaction: seconds(4),
            replica_lag: if replayed.is_some() {
                seconds(7).max(seen.behind).or(Some(Duration::ZERO))
            } else {
                None
            },
            replica_lag_bytes: number(8),
            slot_bytes: number(11),
            slot: row.get(12).map(str::to_owned),
            unreserved_slots: few(13),
            lost_slots: few(14),
            wal_rate: seen.rate,
            vacuums: few(15),
            commit_time: None,
        }
    }

    fn tell_of_hidden(&mut self, hidden: u64) {
        if hidden > 0 && !std::mem::replace(&mut self.said, true) {
            tracing::warn!(
                hidden,
                "sessions or replicas are hidden from this role and left out of the load; \
                 `grant pg_read_all_stats` shows them"
            );
        }
    }
}

/// Returns what the server is busy with, for whoever looks once: what takes two looks to be known
/// is left out.
pub(crate) async fn load(executor: &mut dyn Executor, settings: &Settings) -> Result<Load, Error> {
    let sql = statement::load_alone(settings);
    let rows = executor.query(&sql).await.map_err(|error| Error::state_read(&sql, error))?;
    let row = rows.iter().next();
    Ok(row.map(|row| Reader::default().load(row)).unwrap_or_default())
}

fn paused(row: Row<'_>) -> Option<String> {
    let who = row.get(1)?;
    let reason = row.get(0).filter(|reason| !reason.is_empty());
    Some(match reason {
        Some(reason) => format!("paused by {who}: {reason}"),
        None => format!("paused by {who}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_of_what_is_set_is_left_out() {
        let mut reader = Reader::default();
        let set = reader.set("batch_time=3ms\nmax_load.active_sessions=\u{7}\nnewer=1");
        assert_eq!(set.batch_time, Some(Duration::from_millis(3)));
        assert_eq!(reader.set("").batch_time, None);
    }
}
