select 'pg_class'::regclass::oid, r.oid, n.nspname, r.relname,
    rtrim(btrim(pg_get_viewdef(r.oid), E' \n'), ';'),
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
     where a.attrelid = r.oid and a.attnum > 0),
    r.reloptions,
    format('%I.%I', n.nspname, r.relname),
    -- A column's default, which counts for what is inserted through the view.
    (select string_agg(format('alter view %I.%I alter column %I set default %s', n.nspname,
        r.relname, a.attname, pg_get_expr(e.adbin, e.adrelid)), E';\n' order by a.attnum)
     from pg_attrdef e join pg_attribute a on a.attrelid = e.adrelid and a.attnum = e.adnum
     where e.adrelid = r.oid)
from pg_class r join pg_namespace n on n.oid = r.relnamespace
where r.relkind = 'v' and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname
