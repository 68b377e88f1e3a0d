select 'pg_class'::regclass::oid, r.oid, n.nspname, r.relname, r.relrowsecurity,
    r.relforcerowsecurity, r.relkind in ('r', 'p') and r.reloftype = 0
        and not exists (select from pg_attribute a where a.attrelid = r.oid and a.attnum > 0
            and not a.attisdropped and a.attname ~ '["[:cntrl:]]')
        and not exists (select from pg_inherits h where h.inhrelid = r.oid),
    array_to_string(array_remove(array[
        case when r.relrowsecurity
            then format('alter table %I.%I enable row level security', n.nspname, r.relname) end,
        case when r.relforcerowsecurity
            then format('alter table %I.%I force row level security', n.nspname, r.relname) end
    ], null), E';\n')
from pg_class r join pg_namespace n on n.oid = r.relnamespace
where (r.relrowsecurity or r.relforcerowsecurity) and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = r.oid and d.deptype = 'e')
order by n.nspname, r.relname
