//! What is nearly full: numbers of rows and of transactions, slots, the disk behind them.

use super::{Look, users_schema};

pub(super) const LOOKS: &[Look] = &[
    Look {
        name: "wraparound",
        reads: None,
        sql: "select pg_catalog.format('database %I is %s transactions and %s multixacts old', d.datname, \
              pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid)) \
              from pg_catalog.pg_database d where pg_catalog.age(d.datfrozenxid) > 1000000000 \
              or pg_catalog.mxid_age(d.datminmxid) > 1000000000 order by 1",
        effect: "near two thousand million the server refuses every write",
        help: "look for what keeps autovacuum from it: old transactions, prepared transactions, slots; \
               then `vacuum`",
    },
    Look {
        name: "sequence",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('%s.%s has used %s %% of its numbers', \
             pg_catalog.quote_ident(s.schemaname), pg_catalog.quote_ident(s.sequencename), \
             pg_catalog.round(100.0 * s.last_value / s.max_value)) \
             from pg_catalog.pg_sequences s join pg_catalog.pg_namespace n on n.nspname = s.schemaname \
             where not s.cycle and s.increment_by > 0 and s.max_value > 0 \
             and s.last_value::numeric / s.max_value > 0.6 and ",
            users_schema!("n.oid"),
            " order by 1"
        ),
        effect: "at its end every insert fails",
        help: "`change_type!` of the column to `bigint`, now: it takes a backfill",
    },
    Look {
        name: "narrow-key",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('%s.%s counts to %s, its sequence to %s', \
             a.attrelid::regclass, pg_catalog.quote_ident(a.attname), \
             case a.atttypid when 'pg_catalog.int2'::regtype then 32767 else 2147483647 end, \
             s.seqmax) from pg_catalog.pg_sequence s \
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass \
             and d.objid = s.seqrelid and d.deptype in ('a', 'i') and d.refobjsubid > 0 \
             join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid \
             join pg_catalog.pg_class c on c.oid = a.attrelid \
             where a.atttypid in ('pg_catalog.int2'::regtype, 'pg_catalog.int4'::regtype) \
             and s.seqmax > case a.atttypid when 'pg_catalog.int2'::regtype then 32767 else 2147483647 end \
             and coalesce(pg_catalog.pg_sequence_last_value(s.seqrelid), 0) > \
             0.6 * case a.atttypid when 'pg_catalog.int2'::regtype then 32767 else 2147483647 end and ",
            users_schema!("c.relnamespace"),
            " order by 1"
        ),
        effect: "the column ends before its sequence does, and then every insert fails",
        help: "`change_type!` of the column to `bigint`, now: it takes a backfill",
    },
    Look {
        name: "idle-slot",
        reads: None,
        sql: "select pg_catalog.format('slot %I (%s, %s) keeps %s of WAL', s.slot_name, s.slot_type, \
              coalesce(s.wal_status, 'unknown'), pg_catalog.pg_size_pretty(pg_catalog.pg_wal_lsn_diff(\
              case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn() \
              else pg_catalog.pg_current_wal_lsn() end, s.restart_lsn))) \
              from pg_catalog.pg_replication_slots s \
              where not s.active or s.wal_status in ('unreserved', 'lost') order by 1",
        effect: "it keeps WAL until the disk is full, or what it is for is lost",
        help: "let its reader come back, or `select pg_drop_replication_slot(…)`",
    },
    Look {
        name: "lock-table",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('%s has %s partitions, the server room for %s locks', \
             r.parent::regclass, r.count, r.room) from (\
             select i.inhparent as parent, count(*) as count, \
             (pg_catalog.current_setting('max_locks_per_transaction')::bigint \
             * (pg_catalog.current_setting('max_connections')::bigint \
             + pg_catalog.current_setting('max_prepared_transactions')::bigint)) as room \
             from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhparent \
             where c.relkind = 'p' and ",
            users_schema!("c.relnamespace"),
            " group by i.inhparent) r where r.count * 3 > r.room order by 1"
        ),
        effect: "a statement that reaches them all with their indexes fails",
        help: "raise `max_locks_per_transaction`, which takes a restart",
    },
];
