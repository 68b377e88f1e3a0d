select n.oid, n.nspname, obj_description(n.oid, 'pg_namespace')
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover', 'public')
    and not exists (select from pg_depend d
        where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
order by n.nspname
