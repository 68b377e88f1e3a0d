with comment as (
    select d.classoid, d.objoid, d.objsubid, d.description as text, null::text as provider
    from pg_description d
    union all
    select s.classoid, s.objoid, s.objsubid, s.label, s.provider from pg_seclabel s
), described as (
    select c.*, i.type, i.schema, i.identity,
        r.relkind, r.relnamespace
    from comment c
    left join pg_class r on c.classoid = 'pg_class'::regclass and r.oid = c.objoid
    cross join lateral pg_identify_object(c.classoid, c.objoid, c.objsubid) i
    where c.objoid >= 16384 and c.classoid <> 'pg_extension'::regclass
        and not exists (select from pg_depend d
            where d.classid = c.classoid and d.objid = c.objoid and d.deptype = 'e')
        -- Tables, their columns and domains are said with theirs.
        and (c.provider is not null or not (coalesce(r.relkind, '') in ('r', 'p')
            or (i.type = 'domain' or i.type = 'type' and exists (
                select from pg_type t where t.oid = c.objoid and t.typtype = 'd'))))
)
select case when d.provider is null then 'pg_description'::regclass else 'pg_seclabel' end::oid,
    -- It is quoted where it has to be.
    d.objoid, replace(trim(both '"' from coalesce(d.schema, '')), '""', '"'),
    format('%s of %s %s', case when d.provider is null then 'comment' else 'label' end, d.type, d.identity),
    null, null,
    format('%s on %s %s is %L',
        case when d.provider is null then 'comment' else 'security label for ' || quote_ident(d.provider) end,
        case d.type
            when 'table constraint' then 'constraint'
            when 'domain constraint' then 'constraint'
            when 'statistics object' then 'statistics'
            when 'composite type' then 'type'
            when 'server' then 'server'
            when 'foreign-data wrapper' then 'foreign data wrapper'
            else case when d.type like '% column' then 'column' else d.type end
        end,
        case when d.type = 'domain constraint'
            then regexp_replace(d.identity, ' on ', ' on domain ') else d.identity end,
        d.text),
    'a comment on what has no macro for it', null
from described d
where coalesce(d.schema, '') !~ '^pg_'
    and coalesce(d.schema, '') not in ('information_schema', 'changeover')
    and d.identity not like 'changeover.%' and d.identity not like '% on changeover.%'
    and d.type <> 'large object'
order by d.type, d.identity
