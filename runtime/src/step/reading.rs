//! One look at the server.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::lock::RunSession;
use crate::outcome::error::Error;
use crate::session::executor::{Row, Rows};
use crate::session::shown::on_one_line;
use crate::session::sql::quote_literal;
use crate::session::sqlstate::INSUFFICIENT_PRIVILEGE;
use crate::settings::Settings;
use crate::settings::load::Load;
use crate::settings::setting::{Overrides, Setting};

/// Enough for a minute of looks; older ones are thinned out.
const LONGEST_TRAIL: usize = 120;

pub(crate) struct Reading {
    pub(crate) load: Load,
    /// Who paused the run, and why.
    pub(crate) paused: Option<String>,
    /// What was set from elsewhere.
    pub(crate) set: Overrides,
}

/// Where the WAL was at each look. The server's own measure of a replica's lag is missing for one
/// that has not replayed anything since it connected.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    marks: VecDeque<(Instant, u64)>,
    /// Said that something cannot be seen.
    said: bool,
    /// The server refuses to show the load at all.
    blind: bool,
    /// What was set, as it was last read.
    set: String,
}

impl Trail {
    pub(crate) async fn read(
        &mut self,
        session: &mut RunSession<'_>,
        settings: &Settings,
    ) -> Result<Reading, Error> {
        if !self.blind {
            match session.query_state(&sql(settings, true)).await {
                Ok(rows) => return Ok(self.reading(&rows, 10)),
                Err(error) if error.code() == Some(INSUFFICIENT_PRIVILEGE) => {
                    self.blind = true;
                    tracing::warn!(%error, "the server does not show its load, which is left out");
                }
                Err(error) => return Err(error),
            }
        }
        let rows = session.query_state(&sql(settings, false)).await?;
        Ok(self.reading(&rows, 2))
    }

    /// The last column has what is set.
    fn reading(&mut self, rows: &Rows, last: usize) -> Reading {
        let row = rows.iter().next();
        let paused = row.and_then(paused);
        let set = self.set(row.and_then(|row| row.get(last)).unwrap_or_default());
        Reading { load: row.map(|row| self.load(row)).unwrap_or_default(), paused, set }
    }

    /// A newer build, or a hand, may have set what this build cannot read: it is left out, and that
    /// is said once.
    fn set(&mut self, lines: &str) -> Overrides {
        let is_new = self.set != lines;
        if is_new {
            lines.clone_into(&mut self.set);
            tracing::info!(settings = on_one_line(lines), "settings of this history changed");
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
        let seconds = |column: usize| {
            let seconds = row.number::<f64>(column)?;
            Duration::try_from_secs_f64(seconds.max(0.0)).ok()
        };
        let hidden = [4, 5].into_iter().filter_map(number).sum::<u64>();
        if hidden > 0 && !std::mem::replace(&mut self.said, true) {
            tracing::warn!(
                hidden,
                "sessions or replicas are hidden from this role and left out of the load; \
                 `grant pg_read_all_stats` shows them"
            );
        }
        let (now, replayed) = (number(8), number(9));
        let own = now.zip(replayed).and_then(|(now, replayed)| self.behind(now, replayed));
        Load {
            active_sessions: number(2).and_then(|active| active.try_into().ok()),
            oldest_transaction: seconds(3),
            replica_lag: if replayed.is_some() {
                seconds(6).max(own).or(Some(Duration::ZERO))
            } else {
                None
            },
            replica_lag_bytes: number(7),
        }
    }

    /// For how long there has been WAL that the slowest replica has not replayed.
    fn behind(&mut self, now: u64, replayed: u64) -> Option<Duration> {
        while self.marks.front().is_some_and(|(_, at)| *at <= replayed) {
            self.marks.pop_front();
        }
        let behind = self.marks.front().map(|(seen, _)| seen.elapsed());
        if self.marks.len() >= LONGEST_TRAIL {
            let mut odd = false;
            self.marks.retain(|_| {
                odd = !odd;
                odd
            });
        }
        if now > replayed {
            self.marks.push_back((Instant::now(), now));
        }
        behind
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

/// One row. Logical replication confirms what it has when it likes, so only physical replicas
/// count; those that are still copying or only receive have nothing replayed.
fn sql(settings: &Settings, with_load: bool) -> String {
    let history = quote_literal(&settings.app);
    let control = format!(
        "(select {} from changeover.controls where history = {history} and paused)",
        "array[coalesce(reason, ''), coalesce(who, '?')]"
    );
    let set = format!(
        "(select pg_catalog.string_agg(name || '=' || value, pg_catalog.chr(10) order by name) \
         from changeover.settings where history = {history})"
    );
    if !with_load {
        return format!("select ({control})[1], ({control})[2], {set}");
    }
    let ignored: Vec<String> =
        settings.throttle.ignored.iter().map(|name| quote_literal(name)).collect();
    let ignored = ignored.join(", ");
    format!(
        "select ({control})[1], ({control})[2], a.active, a.oldest, a.hidden, r.hidden, \
         r.lag, r.bytes, pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0'), \
         r.replayed, {set} from (\
         select count(*) filter (where state = 'active') as active, \
         extract(epoch from max(pg_catalog.clock_timestamp() - xact_start) \
         filter (where datname = current_database())) as oldest, \
         count(*) filter (where query = '<insufficient privilege>') as hidden \
         from pg_catalog.pg_stat_activity where pid <> pg_catalog.pg_backend_pid() \
         and (backend_type = 'client backend' \
         or query = '<insufficient privilege>' and datname is not null)) a, (\
         select count(*) filter (where state is null) as hidden, \
         extract(epoch from max(replay_lag) \
         filter (where replay_lsn < pg_catalog.pg_current_wal_lsn())) as lag, \
         max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)) as bytes, \
         pg_catalog.pg_wal_lsn_diff(min(replay_lsn), '0/0') as replayed \
         from pg_catalog.pg_stat_replication w \
         where (state is null or replay_lsn is not null) \
         and application_name <> all (array[{ignored}]::text[]) \
         and not exists (select from pg_catalog.pg_replication_slots s \
         where s.active_pid = w.pid and s.slot_type = 'logical')) r"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_is_behind_from_the_first_wal_that_it_lacks() {
        let mut trail = Trail::default();
        assert_eq!(trail.behind(100, 100), None);
        assert_eq!(trail.behind(200, 100), None, "it has only just been written");
        assert!(trail.behind(300, 100).is_some());
        let first = trail.marks.front().copied();
        assert!(trail.behind(400, 199).is_some());
        assert_eq!(trail.marks.front().copied(), first, "it still lacks the same");
        assert!(trail.behind(400, 250).is_some());
        assert_ne!(trail.marks.front().copied(), first);
        assert_eq!(trail.behind(400, 400), None);
    }

    #[test]
    fn what_cannot_be_read_of_what_is_set_is_left_out() {
        let mut trail = Trail::default();
        let set = trail.set("batch_time=3ms\nmax_load.active_sessions=\u{7}\nnewer=1");
        assert_eq!(set.batch_time, Some(Duration::from_millis(3)));
        assert_eq!(trail.set("").batch_time, None);
    }

    #[test]
    fn a_long_trail_keeps_its_oldest_mark() {
        let mut trail = Trail::default();
        trail.behind(1, 0);
        let first = trail.marks.front().copied();
        for lsn in 2..1000 {
            trail.behind(lsn, 0);
        }
        assert_eq!(trail.marks.front().copied(), first);
        assert!(trail.marks.len() <= LONGEST_TRAIL);
    }
}
