select exists (select from parent), a.attname, t.typname, (
        select pg_catalog.format('%I.%I', dn.nspname, d.relname)
        from pg_catalog.pg_class d join pg_catalog.pg_namespace dn on dn.oid = d.relnamespace where d.oid = p.partdefid
    ), (
        -- So few pages are read in no time.
        select d.relkind = 'r' and pg_catalog.pg_relation_size(d.oid) <= 8388608
        from pg_catalog.pg_class d where d.oid = p.partdefid
    ), case when pg_catalog.pg_has_role(c.relowner, 'usage') and pg_catalog.has_schema_privilege(n.oid, 'create')
        then null else current_user end,
    pg_catalog.pg_get_userbyid(c.relowner), c.relowner <> (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user),
    (select s.spcname from pg_catalog.pg_tablespace s where s.oid = c.reltablespace), (
        select pg_catalog.string_agg(distinct pg_catalog.format('%I.%I', fn.nspname, f.relname), ', ')
        from pg_catalog.pg_constraint k join pg_catalog.pg_class f on f.oid = k.confrelid
        join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0 and k.confrelid <> c.oid
    ), (
        select pg_catalog.min(pg_catalog.format('%I of %I.%I', k.conname, fn.nspname, f.relname))
        from pg_catalog.pg_constraint k join pg_catalog.pg_class f on f.oid = k.conrelid
        join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
        where k.confrelid = c.oid and k.contype = 'f' and k.conparentid = 0
    )
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_partitioned_table p on p.partrelid = c.oid
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
left join pg_catalog.pg_type t on t.oid = a.atttypid
where c.oid = pg_catalog.to_regclass({table})::oid
