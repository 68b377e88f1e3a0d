with object as (
    select 'pg_type'::regclass::oid as catalog, oid, null::text as reason from pg_type
    where typtype = 'b' and typcategory <> 'A' and typisdefined
    union all select 'pg_opclass'::regclass, oid, null from pg_opclass
    union all select 'pg_opfamily'::regclass, oid, null from pg_opfamily f
    -- One that came with its only operator class.
    where not exists (select from pg_opclass c where c.opcfamily = f.oid and c.opcname = f.opfname)
    union all select 'pg_conversion'::regclass, oid, null from pg_conversion
    union all select 'pg_language'::regclass, oid, null from pg_language
    union all select 'pg_transform'::regclass, oid, null from pg_transform
    union all select 'pg_am'::regclass, oid, null from pg_am
    union all select 'pg_ts_parser'::regclass, oid, null from pg_ts_parser
    union all select 'pg_ts_template'::regclass, oid, null from pg_ts_template
    -- Whoever is no superuser may read the view, and nothing of the catalog.
    union all select 'pg_user_mapping'::regclass, umid, 'its options may be a password' from pg_user_mappings
)
select o.catalog, o.oid, replace(trim(both '"' from coalesce(i.schema, '')), '""', '"'), i.type || ' ' || i.identity, null, null,
    i.type || ' ' || i.identity, '', coalesce(o.reason, 'no statement of it is read')
from object o cross join lateral pg_identify_object(o.catalog, o.oid, 0) i
where o.oid >= 16384 and coalesce(i.schema, '') !~ '^pg_'
    and coalesce(i.schema, '') not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = o.catalog and d.objid = o.oid and d.deptype = 'e')

union all
-- Whoever is no superuser may not read the rest of it, which has a password.
select 'pg_subscription'::regclass::oid, s.oid, '', 'subscription ' || s.subname, null, null,
    'subscription ' || s.subname, '', 'how it connects may hold a password'
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())
order by 3, 4
