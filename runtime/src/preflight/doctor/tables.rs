//! What is wrong with tables, their indexes and constraints, and who may do what to them.

use super::{Look, users_schema};

pub(super) const LOOKS: &[Look] = &[
    Look {
        name: "invalid-index",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('index %s of %s', i.indexrelid::regclass, i.indrelid::regclass) \
             from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid \
             where not i.indisvalid and ",
            users_schema!("c.relnamespace"),
            " and c.relkind = 'i' and not exists (select from pg_catalog.pg_stat_progress_create_index p \
             where p.index_relid = i.indexrelid) order by 1"
        ),
        effect: "each write pays for it, and no query uses it",
        help: "`drop index concurrently`, or `reindex index concurrently`; one of a migration that is \
               under way is built again by the next run",
    },
    Look {
        name: "not-valid-constraint",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('constraint %I of %s', c.conname, c.conrelid::regclass) \
             from pg_catalog.pg_constraint c where not c.convalidated and c.conrelid <> 0 and ",
            users_schema!("c.connamespace"),
            " order by 1"
        ),
        effect: "rows from before it may break it, and the planner does not trust it",
        help: "`validate_constraint!` in a migration; one of a migration that is under way is proved \
               by the next run",
    },
    Look {
        name: "no-replica-identity",
        reads: None,
        sql: "select distinct pg_catalog.format('%s is published', c.oid::regclass) \
              from pg_catalog.pg_publication u \
              join pg_catalog.pg_publication_tables t on t.pubname = u.pubname \
              join pg_catalog.pg_namespace n on n.nspname = t.schemaname \
              join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = t.tablename \
              where (u.pubupdate or u.pubdelete) and (c.relreplident = 'n' \
              or c.relreplident = 'd' and not exists (select from pg_catalog.pg_index i \
              where i.indrelid = c.oid and i.indisprimary)) order by 1",
        effect: "the server refuses every update and delete of it",
        help: "give it a primary key, or `set_replica_identity!`",
    },
    Look {
        name: "foreign-owner",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('%s belongs to %I', c.oid::regclass, \
             pg_catalog.pg_get_userbyid(c.relowner)) from pg_catalog.pg_class c \
             where c.relkind in ('r', 'p') and ",
            users_schema!("c.relnamespace"),
            " and not pg_catalog.pg_has_role(c.relowner, 'usage') \
             and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e') \
             order by 1"
        ),
        effect: "this role cannot change it: PostgreSQL has no lesser right than ownership",
        help: "`grant` its owner to this role, or `alter table … owner to`, before a migration \
               needs it",
    },
    Look {
        name: "hidden-rows",
        reads: None,
        sql: concat!(
            "select pg_catalog.format('%s forces row level security', c.oid::regclass) \
             from pg_catalog.pg_class c where c.relrowsecurity and c.relforcerowsecurity and ",
            users_schema!("c.relnamespace"),
            " and not exists (select from pg_catalog.pg_roles r where r.rolname = current_user \
             and (r.rolsuper or r.rolbypassrls)) order by 1"
        ),
        effect: "a backfill would miss rows, so a run stops before it",
        help: "`alter role … bypassrls` for the role that migrates",
    },
    Look {
        name: "open-schema",
        reads: None,
        sql: "select pg_catalog.format('anybody may create in %I', n.nspname) \
              from pg_catalog.pg_namespace n where n.nspname = 'public' and exists (\
              select from pg_catalog.aclexplode(n.nspacl) a where a.grantee = 0 \
              and a.privilege_type = 'CREATE')",
        effect: "a function of a stranger's there can take the place of one that you mean",
        help: "`revoke create on schema public from public`",
    },
];
