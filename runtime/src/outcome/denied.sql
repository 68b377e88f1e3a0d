with me as (
    select r.oid, r.rolname, r.rolsuper or r.rolbypassrls as bypasses
    from pg_catalog.pg_roles r where r.rolname = current_user
), named as (
    select n.oid as schema, n.nspname, v.name
    from unnest($named) as v (schema, name)
    join pg_catalog.pg_namespace n on n.nspname = v.schema
), object (kind, schema, nspname, name, owner, forced) as (
    select 'table', n.schema, n.nspname, c.relname, c.relowner, c.relforcerowsecurity
    from named n join pg_catalog.pg_class c on c.relnamespace = n.schema and c.relname = n.name
    union all
    select 'type', n.schema, n.nspname, t.typname, t.typowner, false
    from named n join pg_catalog.pg_type t on t.typnamespace = n.schema and t.typname = n.name
    where t.typrelid = 0
    union all
    select 'routine', n.schema, n.nspname, p.proname, p.proowner, false
    from named n join pg_catalog.pg_proc p on p.pronamespace = n.schema and p.proname = n.name
), state as (
    select n.oid, n.nspowner as owner from pg_catalog.pg_namespace n where n.nspname = 'changeover'
), owned (what, owner) as (
    select pg_catalog.format('%s %I.%I', o.kind, o.nspname, o.name), o.owner from object o
    union all
    select o.what, o.owner
    from state, lateral (
        select 'schema changeover' as what, state.owner
        union all
        select pg_catalog.format('table changeover.%I', c.relname), c.relowner
        from pg_catalog.pg_class c where c.relnamespace = state.oid and c.relkind = 'r'
        union all
        select pg_catalog.format('routine changeover.%I', p.proname), p.proowner
        from pg_catalog.pg_proc p where p.pronamespace = state.oid
    ) o
    where $of_state and not $reads
)
select pg_catalog.format('grant usage, create on schema %I to %I', n.nspname, me.rolname), null
from named n, me
where not pg_catalog.has_schema_privilege(me.oid, n.schema, 'usage')
    or not pg_catalog.has_schema_privilege(me.oid, n.schema, 'create')
union
select pg_catalog.format('alter %s owner to %I', o.what, me.rolname), case
    when not r.rolsuper then pg_catalog.format('%s belongs to role `%s`', o.what, r.rolname) end
from owned o join pg_catalog.pg_roles r on r.oid = o.owner, me
where not pg_catalog.pg_has_role(me.oid, o.owner, 'usage')
union
select pg_catalog.format('alter role %I bypassrls', me.rolname), null
from object o, me where o.forced and not me.bypasses
union
select pg_catalog.format('grant create on database %I to %I', pg_catalog.current_database(),
    me.rolname), null
from me
where $makes and not pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')
union
select pg_catalog.format('create schema changeover authorization %I', me.rolname), null
from me where $of_state and not exists (select from state)
union
select pg_catalog.format('grant usage on schema changeover to %I', me.rolname), null
from me, state
where $of_state and not pg_catalog.has_schema_privilege(me.oid, state.oid, 'usage')
union
select pg_catalog.format('grant select on all tables in schema changeover to %I', me.rolname), null
from me, state
where $of_state and $reads and not pg_catalog.pg_has_role(me.oid, state.owner, 'usage')
order by 1, 2
