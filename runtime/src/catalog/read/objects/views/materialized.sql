select 'pg_class'::regclass::oid, r.oid, n.nspname, r.relname,
    rtrim(btrim(pg_get_viewdef(r.oid), E' \n'), ';'),
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
     where a.attrelid = r.oid and a.attnum > 0),
    r.reloptions is null and r.reltablespace = 0
        and r.relam = (select oid from pg_am where amname = 'heap'),
    format('create materialized view %I.%I (%s)', n.nspname, r.relname,
        (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
         where a.attrelid = r.oid and a.attnum > 0))
        || case when am.amname <> 'heap' then ' using ' || quote_ident(am.amname) else '' end
        || coalesce(' with (' || array_to_string(r.reloptions, ', ') || ')', '')
        || coalesce(' tablespace ' || quote_ident(ts.spcname), ''),
    -- How its columns are kept and sampled, and by which index it is clustered.
    nullif(concat_ws(E';\n',
        (select string_agg(c.change, E';\n' order by a.attnum, c.change)
         from pg_attribute a join pg_type t on t.oid = a.atttypid, lateral (values
            (case when a.attstorage <> t.typstorage
                then format('alter materialized view %I.%I alter column %I set storage %s', n.nspname,
                    r.relname, a.attname, case a.attstorage when 'p' then 'plain'
                        when 'e' then 'external' when 'm' then 'main' else 'extended' end) end),
            (case when a.attcompression <> ''
                then format('alter materialized view %I.%I alter column %I set compression %s',
                    n.nspname, r.relname, a.attname,
                    case a.attcompression when 'l' then 'lz4' else 'pglz' end) end),
            (case when a.attstattarget >= 0
                then format('alter materialized view %I.%I alter column %I set statistics %s',
                    n.nspname, r.relname, a.attname, a.attstattarget) end)) as c(change)
         where a.attrelid = r.oid and a.attnum > 0),
        (select format('alter materialized view %I.%I cluster on %I', n.nspname, r.relname, ic.relname)
         from pg_index i join pg_class ic on ic.oid = i.indexrelid
         where i.indrelid = r.oid and i.indisclustered)), '')
from pg_class r join pg_namespace n on n.oid = r.relnamespace
left join pg_am am on am.oid = r.relam
left join pg_tablespace ts on ts.oid = r.reltablespace
where r.relkind = 'm' and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname
