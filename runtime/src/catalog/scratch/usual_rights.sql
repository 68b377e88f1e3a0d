set local search_path = pg_catalog;
with object as (
    select case r.relkind when 'S' then 'sequence' else 'table' end as word, n.nspname,
        format('%I.%I', n.nspname, r.relname) as name, r.relacl as acl, r.relowner as owner,
        null::text as usual
    from pg_class r join pg_namespace n on n.oid = r.relnamespace
    where r.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'routine', n.nspname, p.oid::regprocedure::text, p.proacl, p.proowner,
        -- The macro takes it from one with its owner's rights, in the statement that makes it.
        case when not p.prosecdef then 'execute' end
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prokind <> 'a'
    union all
    select 'type', n.nspname, format('%I.%I', n.nspname, t.typname), t.typacl, t.typowner, 'usage'
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typtype in ('e', 'd')
        or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c')
    union all
    select 'schema', n.nspname, quote_ident(n.nspname), n.nspacl, n.nspowner, null
    from pg_namespace n
), ours as (
    select * from object where nspname in ($schemas) and acl is not null
), change as (
    select distinct 1 as step, format('revoke all on %s %s from %s', o.word, o.name,
        coalesce(quote_ident(r.rolname), 'public')) as sql
    from ours o cross join lateral aclexplode(o.acl) e left join pg_roles r on r.oid = e.grantee
    where e.grantee <> o.owner
    union all
    select 2, format('grant %s on %s %s to public', o.usual, o.word, o.name)
    from ours o where o.usual is not null
)
select string_agg(c.sql, '; ' order by c.step, c.sql) from change c
