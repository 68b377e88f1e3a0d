//! What interrupted work has left, ours and that of other tools.

use super::{Look, users_schema};

pub(super) const LOOKS: &[Look] = &[
    Look {
        name: "failed-step",
        reads: Some("changeover.steps"),
        sql: "select pg_catalog.format('%s: step %s of %s stopped: %s', s.migration, s.ordinal, \
              s.phase, pg_catalog.split_part(s.error, e'\\n', 1)) from changeover.steps s \
              where s.error is not null order by s.started_at",
        effect: "the migration does not go on by itself",
        help: "mend what it says, and run `up` again: it goes on at that step",
    },
    Look {
        name: "paused",
        reads: Some("changeover.controls"),
        sql: "select pg_catalog.format('%s since %s by %s: %s', c.history, \
              pg_catalog.date_trunc('second', c.at), c.who, coalesce(c.reason, 'no reason given')) \
              from changeover.controls c where c.paused order by 1",
        effect: "its backfills and builds stand still",
        help: "`resume`",
    },
    Look {
        name: "silent-instance",
        reads: Some("changeover.instances"),
        sql: "select pg_catalog.format('%s of %s, built with %s, has not spoken for %s', i.instance, \
              i.history, i.head, pg_catalog.date_trunc('second', pg_catalog.now() - i.spoke_at)) \
              from changeover.instances i where pg_catalog.now() - i.spoke_at > i.lease order by 1",
        effect: "it holds no gate any more, and may still be alive behind a line that is cut",
        help: "see whether its process lives; end it before a contract runs",
    },
    Look {
        name: "leftover-trigger",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('trigger %I on %s', t.tgname, t.tgrelid::regclass) \
             from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid \
             where not t.tgisinternal and t.tgparentid = 0 and ",
            users_schema!("c.relnamespace"),
            " and (t.tgname operator(pg_catalog.~) '^(repack_trigger|z_repack_trigger|pgosc_|_pgroll_trigger_|reshape_)') \
             order by 1"
        ),
        effect: "each write pays for a copy that nobody reads, or fails once its table is gone",
        help: "let the tool that made it finish or clean up; drop it where the tool is gone",
    },
    Look {
        name: "leftover-index",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('index %s of %s', i.indexrelid::regclass, i.indrelid::regclass) \
             from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid where ",
            users_schema!("c.relnamespace"),
            " and c.relname operator(pg_catalog.~) '_cc(new|old)[0-9]*$' \
             and not exists (select from pg_catalog.pg_stat_progress_create_index p \
             where p.relid = i.indrelid) order by 1"
        ),
        effect: "a `reindex concurrently` that stopped has left it: each write pays for it",
        help: "`drop index concurrently`",
    },
    Look {
        name: "leftover-schema",
        reads: None,
        sql: "select pg_catalog.format('schema %I', n.nspname) from pg_catalog.pg_namespace n \
              where n.nspname in ('repack', 'reshape', 'pgroll') and not exists (\
              select from pg_catalog.pg_depend d where d.objid = n.oid and d.deptype = 'e') order by 1",
        effect: "another tool may still change these tables beside us",
        help: "retire it, and drop its schema",
    },
];
