//! Which right a role lacks, where the server only says that it lacks one.

use crate::error::{Error, Kind};
use crate::executor::{Executor, Row};
use crate::sql::quote_literal;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Adds the grants that are missing to an error of a missing right. The catalogs say which they
/// are, because the server's message is in the language of its operators.
pub(crate) async fn explain(executor: &mut dyn Executor, error: Error) -> Error {
    let Some(statement) =
        error.statement().filter(|_| error.code() == Some(INSUFFICIENT_PRIVILEGE))
    else {
        return error;
    };
    match executor.query(&sql(statement)).await {
        Ok(rows) => {
            let grant = |row: Row<'_>| row.get(0).map(str::to_owned);
            let grants = rows.iter().filter_map(grant).collect();
            let statement = statement.to_owned();
            error.become_kind(Kind::Denied { statement, grants })
        }
        Err(problem) => {
            tracing::warn!(error = %problem, "cannot see which right is missing");
            error
        }
    }
}

/// The statements that would give what the role lacks for this one.
fn sql(statement: &str) -> String {
    let (schemas, names): (Vec<String>, Vec<String>) =
        named(statement).map(|(schema, name)| (quote_literal(schema), quote_literal(name))).unzip();
    let (schemas, names) = (schemas.join(", "), names.join(", "));
    let makes = ["create schema", "create extension", "create publication"]
        .iter()
        .any(|words| statement.contains(words));
    let ours = statement.contains("changeover.") || statement.contains("schema if not exists");
    let reads = statement.starts_with("select");
    format!(
        "with me as (select r.oid, r.rolname, r.rolsuper or r.rolbypassrls as bypasses \
         from pg_catalog.pg_roles r where r.rolname = current_user), \
         named as (select n.oid as schema, n.nspname, v.name \
         from unnest(array[{schemas}]::text[], array[{names}]::text[]) as v (schema, name) \
         join pg_catalog.pg_namespace n on n.nspname = v.schema), \
         object (kind, schema, nspname, name, owner, forced) as (\
         select 'table', n.schema, n.nspname, c.relname, c.relowner, c.relforcerowsecurity \
         from named n join pg_catalog.pg_class c on c.relnamespace = n.schema and c.relname = n.name \
         union all select 'type', n.schema, n.nspname, t.typname, t.typowner, false \
         from named n join pg_catalog.pg_type t on t.typnamespace = n.schema and t.typname = n.name \
         where t.typrelid = 0 \
         union all select 'routine', n.schema, n.nspname, p.proname, p.proowner, false \
         from named n join pg_catalog.pg_proc p on p.pronamespace = n.schema and p.proname = n.name), \
         state as (select n.oid, n.nspowner as owner from pg_catalog.pg_namespace n \
         where n.nspname = 'changeover') \
         select pg_catalog.format('grant usage, create on schema %I to %I', n.nspname, me.rolname) \
         from named n, me \
         where not pg_catalog.has_schema_privilege(me.oid, n.schema, 'usage') \
         or not pg_catalog.has_schema_privilege(me.oid, n.schema, 'create') \
         union select case when r.rolsuper \
         then pg_catalog.format('alter %s %I.%I owner to %I', o.kind, o.nspname, o.name, me.rolname) \
         else pg_catalog.format('grant %I to %I', r.rolname, me.rolname) end \
         from object o join pg_catalog.pg_roles r on r.oid = o.owner, me \
         where not pg_catalog.pg_has_role(me.oid, o.owner, 'usage') \
         union select pg_catalog.format('alter role %I bypassrls', me.rolname) \
         from object o, me where o.forced and not me.bypasses \
         union select pg_catalog.format('grant create on database %I to %I', \
         pg_catalog.current_database(), me.rolname) from me where {makes} and not {ours} \
         and not pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') \
         union select pg_catalog.format('create schema changeover authorization %I', me.rolname) \
         from me where {ours} and not exists (select from state) \
         union select pg_catalog.format('grant usage on schema changeover to %I', me.rolname) \
         from me, state where {ours} \
         and not pg_catalog.has_schema_privilege(me.oid, state.oid, 'usage') \
         union select pg_catalog.format('grant select on all tables in schema changeover to %I', \
         me.rolname) from me, state where {ours} and {reads} \
         and not pg_catalog.pg_has_role(me.oid, state.owner, 'usage') \
         union select case when r.rolsuper \
         then pg_catalog.format('alter %s owner to %I', o.what, me.rolname) \
         else pg_catalog.format('grant %I to %I', r.rolname, me.rolname) end \
         from me, state, lateral (select 'schema changeover' as what, state.owner \
         union all select pg_catalog.format('table changeover.%I', c.relname), c.relowner \
         from pg_catalog.pg_class c where c.relnamespace = state.oid and c.relkind = 'r' \
         union all select pg_catalog.format('routine changeover.%I', p.proname), p.proowner \
         from pg_catalog.pg_proc p where p.pronamespace = state.oid) o \
         join pg_catalog.pg_roles r on r.oid = o.owner \
         where {ours} and not {reads} and not pg_catalog.pg_has_role(me.oid, o.owner, 'usage') \
         order by 1"
    )
}

/// Every name with its schema; in plans both are always quoted.
fn named(statement: &str) -> impl Iterator<Item = (&str, &str)> {
    statement.match_indices(r#"".""#).filter_map(|(at, dot)| {
        let (_, schema) = statement.get(..at)?.rsplit_once('"')?;
        let (name, _) = statement.get(at + dot.len()..)?.split_once('"')?;
        Some((schema, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_says_what_it_needs() {
        let statement =
            r#"alter table "billing"."a b" add foreign key ("x") references "public"."c" ("d")"#;
        let found: Vec<_> = named(statement).collect();
        assert_eq!(found, [("billing", "a b"), ("public", "c")]);
        assert_eq!(named("create schema changeover").count(), 0);
    }
}
