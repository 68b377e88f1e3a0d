select 'pg_type'::regclass::oid, t.oid, n.nspname, t.typname,
    format_type(t.typbasetype, t.typtypmod),
    case
        when e.typnamespace = 'pg_catalog'::regnamespace and e.typtype <> 'p' then 'own'
        when e.typtype not in ('d', 'e') or exists (select from pg_depend d
            where d.classid = 'pg_type'::regclass and d.objid = e.oid and d.deptype = 'e') then 'other'
        when exists (select from pg_type o where o.typname = e.typname
            and o.typnamespace = 'pg_catalog'::regnamespace) then 'hidden'
        else 'named'
    end,
    t.typnotnull, pg_get_expr(t.typdefaultbin, 0),
    case when t.typcollation <> b.typcollation then c.collname end,
    obj_description(t.oid, 'pg_type'),
    (select array_agg(k.conname::text order by k.conname) from pg_constraint k
     where k.contypid = t.oid and k.contype = 'c'),
    (select array_agg(pg_get_constraintdef(k.oid) order by k.conname) from pg_constraint k
     where k.contypid = t.oid and k.contype = 'c'),
    concat_ws(' ', format('create domain %I.%I as %s', n.nspname, t.typname,
            format_type(t.typbasetype, t.typtypmod)),
        case when t.typcollation <> b.typcollation
            then format('collate %I.%I', cn.nspname, c.collname) end,
        'default ' || pg_get_expr(t.typdefaultbin, 0),
        case when t.typnotnull then 'not null' end,
        (select string_agg(format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), ' '
            order by k.conname)
         from pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
        || coalesce(format(E';\ncomment on domain %I.%I is ', n.nspname, t.typname)
            || quote_literal(obj_description(t.oid, 'pg_type')), ''),
    cn.nspname
from pg_type t join pg_namespace n on n.oid = t.typnamespace
join pg_type b on b.oid = t.typbasetype
-- What an array is of.
join pg_type e on e.oid = case when b.typcategory = 'A' and b.typelem <> 0 then b.typelem else b.oid end
left join pg_collation c on c.oid = t.typcollation
left join pg_namespace cn on cn.oid = c.collnamespace
where t.typtype = 'd' and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
order by n.nspname, t.typname
