select 'pg_policy'::regclass::oid, p.oid, n.nspname, p.polname, n.nspname, r.relname,
    p.polpermissive,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
        when 'd' then 'delete' else 'all' end,
    -- None for all.
    array(select u.rolname::text from unnest(p.polroles) as role
        join pg_roles u on u.oid = role order by u.rolname),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
    format('create policy %I on %I.%I%s for %s to %s', p.polname, n.nspname, r.relname,
        case when p.polpermissive then '' else ' as restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
            when 'd' then 'delete' else 'all' end,
        coalesce((select string_agg(quote_ident(u.rolname), ', ' order by u.rolname)
            from unnest(p.polroles) as role join pg_roles u on u.oid = role), 'public'))
        || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
    r.reloftype <> 0 or exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
        and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        or exists (select from pg_inherits h where h.inhrelid = r.oid)
from pg_policy p join pg_class r on r.oid = p.polrelid
join pg_namespace n on n.oid = r.relnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname, p.polname
