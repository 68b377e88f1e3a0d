select 'pg_trigger'::regclass::oid, t.oid, n.nspname, t.tgname, n.nspname, r.relname,
    fn.nspname, p.proname,
    t.tgtype,
    (select array_agg(a.attname::text order by k.place)
     from unnest(t.tgattr) with ordinality as k(number, place)
     join pg_attribute a on a.attrelid = t.tgrelid and a.attnum = k.number),
    encode(t.tgargs, 'hex'), t.tgoldtable, t.tgnewtable,
    t.tgqual is not null,
    pg_get_triggerdef(t.oid), t.tgenabled,
    -- Whether it is of a form that the macro takes.
    t.tgconstraint = 0 and r.relkind in ('r', 'p', 'v') and r.reloftype = 0
        and not exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
            and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        and not exists (select from pg_inherits h where h.inhrelid = r.oid),
    format('alter %s %I.%I %s trigger %I',
        case r.relkind when 'f' then 'foreign table' else 'table' end, n.nspname, r.relname,
        case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica'
            when 'A' then 'enable always' else 'enable' end, t.tgname),
    -- A trigger of a partition is its table's, and may be enabled in another way.
    t.tgparentid <> 0
from pg_trigger t join pg_class r on r.oid = t.tgrelid
join pg_namespace n on n.oid = r.relnamespace
join pg_proc p on p.oid = t.tgfoid
join pg_namespace fn on fn.oid = p.pronamespace
left join pg_trigger above on above.oid = t.tgparentid
where not t.tgisinternal and (t.tgparentid = 0 or above.tgenabled <> t.tgenabled)
    and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname, t.tgname
