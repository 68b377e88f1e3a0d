-- What there is to grant on: its catalog, number, part, the word for it, the schema and name by which
-- it is known, its name in SQL, its privileges, those that it would have from the start, its owner.
with object as (
    select 'pg_class'::regclass::oid as catalog, r.oid, 0 as part,
        case r.relkind when 'S' then 'sequence' else 'table' end as word,
        n.nspname as schema, r.relname::text as name, format('%I.%I', n.nspname, r.relname) as sql,
        r.relacl as acl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner) as usual,
        r.relowner as owner, null::text as "column",
        -- Whether the macro knows of it: neither a foreign table nor an identity column's sequence.
        r.relkind in ('r', 'p', 'v', 'm', 'S') and r.reloftype = 0
        and not exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
            and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        and not exists (select from pg_inherits h where h.inhrelid = r.oid) and not exists (
            select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = r.oid
                and d.deptype = 'i' and r.relkind = 'S') as is_known
    from pg_class r join pg_namespace n on n.oid = r.relnamespace
    where r.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select 'pg_class'::regclass::oid, r.oid, a.attnum, 'table', n.nspname, r.relname,
        format('%I.%I', n.nspname, r.relname), a.attacl, null, r.relowner, a.attname,
        r.relkind in ('r', 'p', 'v', 'm') and r.reloftype = 0
        and not exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
            and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        and not exists (select from pg_inherits h where h.inhrelid = r.oid)
    from pg_attribute a join pg_class r on r.oid = a.attrelid
    join pg_namespace n on n.oid = r.relnamespace
    where a.attacl is not null and not a.attisdropped and r.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select 'pg_proc'::regclass::oid, p.oid, 0,
        case p.prokind when 'p' then 'procedure' else 'function' end, n.nspname,
        p.proname || '(' || array_to_string(array(select format_type(t.type, null)
            from unnest(p.proargtypes) with ordinality as t(type, place) order by t.place), ', ') || ')',
        format('%I.%I(%s)', n.nspname, p.proname, array_to_string(array(select format_type(t.type, null)
            from unnest(p.proargtypes) with ordinality as t(type, place) order by t.place), ', ')),
        coalesce(p.proacl, case when p.prosecdef then acldefault('f', p.proowner) end),
        acldefault('f', p.proowner), p.proowner, null, p.prokind = 'f'
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    union all
    select 'pg_namespace'::regclass::oid, n.oid, 0, 'schema', n.nspname, n.nspname,
        quote_ident(n.nspname), n.nspacl,
        -- Everybody may use `public` from the start, and up to version 14 create in it.
        case when n.nspname <> 'public' then acldefault('n', n.nspowner)
            when current_setting('server_version_num')::integer >= 150000
            then acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'usage', false)
            else acldefault('n', n.nspowner) || makeaclitem(0, n.nspowner, 'usage', false)
                || makeaclitem(0, n.nspowner, 'create', false) end,
        n.nspowner, null, true
    from pg_namespace n
    union all
    select 'pg_type'::regclass::oid, t.oid, 0,
        case t.typtype when 'd' then 'domain' else 'type' end, n.nspname, t.typname,
        format('%I.%I', n.nspname, t.typname), t.typacl, acldefault('T', t.typowner), t.typowner, null,
        false
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    union all
    select 'pg_language'::regclass::oid, l.oid, 0, 'language', '', l.lanname, quote_ident(l.lanname),
        l.lanacl, acldefault('l', l.lanowner), l.lanowner, null, false
    from pg_language l where l.oid >= 16384
    union all
    select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, 'foreign data wrapper', '', w.fdwname,
        quote_ident(w.fdwname), w.fdwacl, acldefault('F', w.fdwowner), w.fdwowner, null, false
    from pg_foreign_data_wrapper w
    union all
    select 'pg_foreign_server'::regclass::oid, s.oid, 0, 'foreign server', '', s.srvname,
        quote_ident(s.srvname), s.srvacl, acldefault('S', s.srvowner), s.srvowner, null, false
    from pg_foreign_server s
), ours as (
    select o.* from object o
    where o.acl is not null and o.schema !~ '^pg_'
        and o.schema not in ('information_schema', 'changeover')
        and not exists (select from pg_depend d
            where d.classid = o.catalog and d.objid = o.oid and d.deptype in ('e'))
-- Who gave it does not matter.
), given as (
    select o.catalog, o.oid, o.part, e.grantee, lower(e.privilege_type) as privilege,
        bool_or(e.is_grantable) as is_grantable
    from ours o, aclexplode(o.acl) e group by 1, 2, 3, 4, 5
), usual as (
    select o.catalog, o.oid, o.part, e.grantee, lower(e.privilege_type) as privilege,
        bool_or(e.is_grantable) as is_grantable
    from ours o, aclexplode(o.usual) e group by 1, 2, 3, 4, 5
), change as (
    select catalog, oid, part, grantee, privilege, coalesce(g.is_grantable, false) as is_grantable,
        g.p is null as is_revoked
    from (select *, privilege as p from given) g
    full join (select *, privilege as p from usual) u using (catalog, oid, part, grantee, privilege)
    where g.p is null or u.p is null or g.is_grantable <> u.is_grantable
        -- The macro makes a function with its owner's rights another one than PostgreSQL does.
        or (catalog = 'pg_proc'::regclass and grantee = 0
            and exists (select from pg_proc f where f.oid = coalesce(g.oid, u.oid) and f.prosecdef))
)
select o.catalog, o.oid, o.schema, o.word || ' ' || o.name,
    case when o.word in ('table', 'sequence') then o.schema end,
    case when o.word in ('table', 'sequence') then o.name end,
    -- Nothing but a schema is a name alone, and a name alone is none that is quoted.
    o.word, o.sql || ' ', o.name, coalesce(r.rolname, 'public'), r.rolname is null,
    c.grantee = o.owner,
    array_agg(c.privilege order by c.privilege, o."column" nulls first),
    array_agg(o."column" order by c.privilege, o."column" nulls first),
    array_agg(case when c.is_revoked then 'revoke' when c.is_grantable then 'grantable'
        else 'grant' end order by c.privilege, o."column" nulls first),
    bool_and(o.is_known),
    (select p.proname from pg_proc p where p.oid = o.oid and o.catalog = 'pg_proc'::regclass),
    (select array_agg(format_type(t.type, null) order by t.place)
     from pg_proc p, unnest(p.proargtypes) with ordinality as t(type, place)
     where p.oid = o.oid and o.catalog = 'pg_proc'::regclass),
    (select array_agg(case
            when e.typnamespace = 'pg_catalog'::regnamespace and e.typtype <> 'p' then 'own'
            when e.typtype not in ('d', 'e') or exists (select from pg_depend d
                where d.classid = 'pg_type'::regclass and d.objid = e.oid and d.deptype = 'e')
                then 'other'
            when exists (select from pg_type o where o.typname = e.typname
                and o.typnamespace = 'pg_catalog'::regnamespace) then 'hidden'
            else 'named'
        end order by t.place)
     from pg_proc p, unnest(p.proargtypes) with ordinality as t(type, place)
     join pg_type b on b.oid = t.type
     join pg_type e on e.oid
        = case when b.typcategory = 'A' and b.typelem <> 0 then b.typelem else b.oid end
     where p.oid = o.oid and o.catalog = 'pg_proc'::regclass),
    (select p.prosecdef from pg_proc p where p.oid = o.oid and o.catalog = 'pg_proc'::regclass)
from change c join ours o using (catalog, oid, part)
left join pg_roles r on r.oid = c.grantee
group by o.catalog, o.oid, o.schema, o.word, o.name, o.sql, r.rolname, c.grantee, o.owner
order by o.word, o.schema, o.name, r.rolname nulls first
