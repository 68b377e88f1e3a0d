select 'pg_class'::regclass::oid, r.oid, n.nspname, r.relname, r.relreplident,
    (select x.relname from pg_index i join pg_class x on x.oid = i.indexrelid
     where i.indrelid = r.oid and i.indisreplident),
    r.relkind in ('r', 'p') and r.reloftype = 0
        and not exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
            and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        and not exists (select from pg_inherits h where h.inhrelid = r.oid),
    format('alter %s %I.%I replica identity %s',
        case r.relkind when 'm' then 'materialized view' else 'table' end, n.nspname, r.relname,
        case r.relreplident when 'f' then 'full' when 'n' then 'nothing'
            else coalesce((select format('using index %I', x.relname) from pg_index i
                join pg_class x on x.oid = i.indexrelid
                where i.indrelid = r.oid and i.indisreplident), 'nothing') end)
from pg_class r join pg_namespace n on n.oid = r.relnamespace
where r.relreplident in ('f', 'n', 'i') and r.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname
