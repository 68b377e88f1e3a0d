-- All in the schema whose code would run as the current role and is not that of anybody it trusts.
-- `on_reading` is what concerns also a role that only reads, or holds a lease, and to which the runner
-- is a stranger: the functions that it calls run as the runner. `$writes` says that the role is more.
, state as (
    select n.oid, n.nspowner as owner, n.nspacl as acl
    from pg_catalog.pg_namespace n where n.nspname = 'changeover'
), whole (owned) as (
    select $writes or exists (select from state join trusted on trusted.oid = state.owner)
), inside as (
    -- Looked up one by one, which `offset 0` makes sure of: to search the catalogs would cost more
    -- the more tables there are.
    select d.classid, d.objid
    from state cross join lateral (
        select * from pg_catalog.pg_depend d
        where d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
        and d.refobjid = state.oid offset 0
    ) d
), relation as (
    select c.oid, c.relname as name, c.relkind as kind, c.relowner as owner, c.relacl as acl
    from inside i cross join lateral (
        select * from pg_catalog.pg_class c where c.oid = i.objid offset 0
    ) c
    where i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
), routine as (
    select p.oid, p.proname as name, p.proowner as owner, not p.prosecdef as as_caller
    from inside i cross join lateral (
        select * from pg_catalog.pg_proc p where p.oid = i.objid offset 0
    ) p
    where i.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
), object (what, owner, on_reading) as (
    select 'schema changeover', owner, false from state
    union all
    select pg_catalog.format('%s %I', case kind when 'S' then 'sequence' when 'v' then 'view'
        when 'm' then 'materialized view' else 'table' end, name), owner, kind not in ('r', 'S', 'v')
    from relation
    union all
    select pg_catalog.format('function %I', name), owner,
        as_caller and name in ('hold_lease', 'renew_lease', 'release_lease', 'live_instances', 'migrations_of',
            'steps_of', 'gates_of', 'controls_of', 'leases_of', 'settings_of')
    from routine
    union all
    select pg_catalog.format('type %I', t.typname), t.typowner, false
    from inside i cross join lateral (
        select * from pg_catalog.pg_type t where t.oid = i.objid offset 0
    ) t
    where i.classid = 'pg_catalog.pg_type'::pg_catalog.regclass and t.typrelid = 0
    union all
    select pg_catalog.format('operator %s', o.oprname), o.oprowner, false
    from pg_catalog.pg_operator o join state on o.oprnamespace = state.oid
), granted (what, grantee, on_reading) as (
    select 'create in the schema', a.grantee, false
    from state cross join pg_catalog.aclexplode(acl) a
    where a.privilege_type = 'CREATE' and a.grantee <> owner
    union all
    select pg_catalog.format('put triggers on %I', name), a.grantee, false
    from relation cross join pg_catalog.aclexplode(acl) a
    where a.privilege_type = 'TRIGGER' and a.grantee <> owner
), part (what, on_reading, classid, oid, of) as (
    select 'a type of a column or an index', true, 'pg_catalog.pg_class'::pg_catalog.regclass,
        coalesce(i.indexrelid, r.oid), r.name
    from relation r left join lateral (
        select x.indexrelid from pg_catalog.pg_index x where x.indrelid = r.oid
        union all select null
    ) i on true
    union all
    select 'a default', false, 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid, r.name
    from relation r cross join lateral (
        select d.oid from pg_catalog.pg_attrdef d where d.adrelid = r.oid offset 0
    ) d
    union all
    select 'a constraint', false, 'pg_catalog.pg_constraint'::pg_catalog.regclass, c.oid, r.name
    from relation r cross join lateral (
        select c.oid from pg_catalog.pg_constraint c where c.conrelid = r.oid offset 0
    ) c
    union all
    select 'the query', true, 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid, r.name
    from relation r join pg_catalog.pg_rewrite w on w.ev_class = r.oid and r.kind = 'v'
), code (what, on_reading) as (
    select pg_catalog.format('trigger %I on %I', t.tgname, r.name), false
    from relation r join pg_catalog.pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
    where t.tgfoid not in (select oid from routine)
    union all
    select pg_catalog.format('rule %I on %I', w.rulename, r.name), true
    from relation r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
    where r.kind not in ('v', 'm') or w.rulename <> '_RETURN'
    union all
    select pg_catalog.format('policy %I on %I', p.polname, r.name), true
    from relation r join pg_catalog.pg_policy p on p.polrelid = r.oid
    union all
    select distinct pg_catalog.format('%s of %I', part.what, part.of), part.on_reading
    from part cross join lateral (
        select * from pg_catalog.pg_depend d
        where d.classid = part.classid and d.objid = part.oid offset 0
    ) d
    -- What is PostgreSQL's own has no entry.
    where d.refclassid in ('pg_catalog.pg_proc'::pg_catalog.regclass,
        'pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)
    and d.refobjid not in (select oid from routine)
)
select pg_catalog.format(f.clause, coalesce(r.rolname, 'public'),
    pg_catalog.array_to_string((pg_catalog.array_agg(f.what order by f.what))[1:15], ', ')
    || case when pg_catalog.count(*) > 15 then ', …' else '' end)
from (
    select 'role `%s` owns %s', o.owner, o.what, o.on_reading from object o
    union all
    select 'role `%s` may %s', g.grantee, g.what, g.on_reading from granted g
) f (clause, role, what, on_reading)
cross join whole w left join pg_catalog.pg_roles r on r.oid = f.role
where f.role not in (select oid from trusted) and (f.on_reading or w.owned)
group by f.clause, r.rolname
union all
select pg_catalog.format('%s runs code that is not ours', c.what)
from code c cross join whole w where c.on_reading or w.owned
limit 20
