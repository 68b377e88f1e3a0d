with recursive base (domain, below, modifier, required) as (
    select t.oid, t.typbasetype, t.typtypmod, t.typnotnull from pg_type t where t.typtype = 'd'
    union all
    select b.domain, t.typbasetype, t.typtypmod, b.required or t.typnotnull
    from base b join pg_type t on t.oid = b.below where t.typtype = 'd'
-- A client sees what a domain is of in the end.
), domain as (
    select b.* from base b join pg_type t on t.oid = b.below where t.typtype <> 'd'
)
select n.nspname, c.relname, c.relkind in ('v', 'm'), a.attname,
    not (a.attnotnull or coalesce(d.required, false)),
    en.nspname, e.typname, e.typtype = 'e', e.oid <> t.oid,
    case
        when m.modifier < 4 then null
        when e.typname in ('varchar', 'bpchar') then m.modifier - 4
        when e.typname = 'numeric' then ((m.modifier - 4) >> 16) & 65535
    end,
    -- Eleven bits with a sign.
    case when m.modifier >= 4 and e.typname = 'numeric' then (((m.modifier - 4) & 2047) # 1024) - 1024 end,
    format_type(t.oid, m.modifier),
    a.attidentity <> '' or coalesce(pg_get_expr(f.adbin, f.adrelid) like 'nextval(%', false),
    a.attgenerated <> ''
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join domain d on d.domain = a.atttypid
join pg_type t on t.oid = coalesce(d.below, a.atttypid)
join lateral (select coalesce(d.modifier, a.atttypmod) as modifier) m on true
left join pg_type element on element.typarray = t.oid
join pg_type e on e.oid = coalesce(element.oid, t.oid)
join pg_namespace en on en.oid = e.typnamespace
left join pg_attrdef f on f.adrelid = c.oid and f.adnum = a.attnum
where c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
    and starts_with(n.nspname, 'changeover_scratch_')
order by n.nspname, c.relname, a.attnum
