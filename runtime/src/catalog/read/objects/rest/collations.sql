select 'pg_collation'::regclass::oid, c.oid, n.nspname, 'collation ' || c.collname, null, null,
    format('create collation %I.%I (%s)', n.nspname, c.collname, concat_ws(', ',
        'provider = ' || case c.collprovider when 'i' then 'icu' when 'b' then 'builtin'
            when 'c' then 'libc' else 'default' end,
        case when c.collprovider = 'c' and collcollate = collctype
            then 'locale = ' || quote_literal(c.collcollate) end,
        case when c.collprovider = 'c' and collcollate <> collctype
            then format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype) end,
        -- The name of the column is another one from version to version.
        case when c.collprovider <> 'c' then 'locale = ' || quote_literal(coalesce(
            to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate)) end,
        case when not c.collisdeterministic then 'deterministic = false' end,
        'rules = ' || quote_literal(to_jsonb(c) ->> 'collicurules'))),
    'a collation', null
from pg_collation c join pg_namespace n on n.oid = c.collnamespace
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
    and not exists (select from pg_depend d
        where d.classid = 'pg_collation'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname, c.collname
