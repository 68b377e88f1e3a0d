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
use crate::session::executor::{Row, Rows};
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;
use crate::settings::Settings;
use crate::settings::load::Load;

pub(crate) struct Reading {
    pub(crate) load: Load,
    /// Who paused the run, and why.
    pub(crate) paused: Option<String>,
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
        if is_asked && settings.throttle.minds_commits() {
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
        Reading { load: row.map(|row| self.load(row)).unwrap_or_default(), paused }
    }

    fn load(&mut self, row: Row<'_>) -> Load {
        let number = |column: usize| row.number::<u64>(column);
        let few = |column: usize| row.number::<u32>(column);
        let seconds = |column: usize| {
            let seconds = row.number::<f64>(column)?;
            Duration::try_from_secs_f64(seconds.max(0.0)).ok()
        };
        self.tell_of_hidden([4, 5].into_iter().filter_map(number).sum());
        let (now, replayed) = (number(8), number(9));
        let seen = now.map(|now| self.trail.look(Instant::now(), now, replayed));
        let seen = seen.unwrap_or_default();
        Load {
            active_sessions: few(2),
            oldest_transaction: seconds(3),
            replica_lag: if replayed.is_some() {
                seconds(6).max(seen.behind).or(Some(Duration::ZERO))
            } else {
                None
            },
            replica_lag_bytes: number(7),
            slot_bytes: number(10),
            slot: row.get(11).map(str::to_owned),
            unreserved_slots: few(12),
            lost_slots: few(13),
            wal_rate: seen.rate,
            vacuums: few(14),
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

fn paused(row: Row<'_>) -> Option<String> {
    let who = row.get(1)?;
    let reason = row.get(0).filter(|reason| !reason.is_empty());
    Some(match reason {
        Some(reason) => format!("paused by {who}: {reason}"),
        None => format!("paused by {who}"),
    })
}
