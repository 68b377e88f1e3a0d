//! What the server does just now, and how it is set.

use super::Look;

pub(super) const LOOKS: &[Look] = &[
    Look {
        name: "old-transaction",
        reads: None,
        sql: "select pg_catalog.format('pid %s of %s (%s) has been open for %s, %s', a.pid, a.usename, \
              coalesce(nullif(a.application_name, ''), 'no name'), \
              pg_catalog.date_trunc('second', pg_catalog.now() - a.xact_start), a.state) \
              from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend' \
              and a.xact_start < pg_catalog.now() - interval '5 minutes' order by a.xact_start",
        effect: "index builds wait for it, backfills grow their tables while it lasts, and its locks \
                 hold schema changes",
        help: "let it end, or `select pg_terminate_backend(pid)`; `idle_in_transaction_session_timeout` \
               ends those that are forgotten",
    },
    Look {
        name: "prepared-transaction",
        reads: None,
        sql: "select pg_catalog.format('%L of %s, prepared %s ago', p.gid, p.owner, \
              pg_catalog.date_trunc('second', pg_catalog.now() - p.prepared)) \
              from pg_catalog.pg_prepared_xacts p \
              where p.prepared < pg_catalog.now() - interval '5 minutes' order by 1",
        effect: "it keeps its locks and every dead row through restarts, until somebody ends it",
        help: "`commit prepared` or `rollback prepared`",
    },
    Look {
        name: "waiting",
        reads: None,
        sql: "select pg_catalog.format('pid %s of %s waits for %s since %s', a.pid, \
              coalesce(nullif(a.application_name, ''), a.usename), \
              pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ', '), \
              pg_catalog.date_trunc('second', pg_catalog.now() - a.query_start)) \
              from pg_catalog.pg_stat_activity a \
              where pg_catalog.cardinality(pg_catalog.pg_blocking_pids(a.pid)) > 0 \
              and a.query_start < pg_catalog.now() - interval '2 seconds' order by 1",
        effect: "clients stand in a queue",
        help: "find the first of the queue with `pg_blocking_pids`, and see what it does",
    },
    Look {
        name: "replica-lag",
        reads: None,
        sql: "select pg_catalog.format('replica %s is %s behind', r.application_name, \
              pg_catalog.date_trunc('second', r.replay_lag)) from pg_catalog.pg_stat_replication r \
              where r.replay_lag > interval '10 seconds' order by 1",
        effect: "backfills wait for it",
        help: "find out what it is busy with",
    },
    Look {
        name: "setting",
        reads: None,
        sql: "select case s.name when 'autovacuum' then 'autovacuum is off' \
              when 'track_counts' then 'track_counts is off, so autovacuum does nothing' \
              when 'fsync' then 'fsync is off' when 'full_page_writes' then 'full_page_writes is off' \
              when 'session_replication_role' then 'session_replication_role is ' || s.setting \
              || ': triggers do not fire' \
              when 'default_transaction_read_only' then 'this role only reads' end \
              from pg_catalog.pg_settings s \
              where s.name in ('autovacuum', 'track_counts', 'fsync', 'full_page_writes') \
              and s.setting = 'off' \
              or s.name = 'session_replication_role' and s.setting <> 'origin' \
              or s.name = 'default_transaction_read_only' and s.setting = 'on' order by 1",
        effect: "tables grow, crashes lose data, or writes go where nobody expects them",
        help: "set it as the manual says, in `postgresql.conf` or for the role",
    },
    Look {
        name: "hidden-sessions",
        reads: None,
        sql: "select 'this role sees only its own sessions and no replica' \
              where not pg_catalog.pg_has_role('pg_read_all_stats', 'usage')",
        effect: "the throttle and the preflight are blind to what others do",
        help: "`grant pg_read_all_stats` to the role that migrates",
    },
];
