, sequence as materialized (
    select d.refobjid, d.refobjsubid, s.*, c.relname, n.nspname, c.relpersistence
    from pg_depend d
    join pg_sequence s on s.seqrelid = d.objid
    join pg_class c on c.oid = d.objid
    join pg_namespace n on n.oid = c.relnamespace
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
-- From 18 on a NOT NULL has a name.
), required as materialized (
    select k.conrelid, k.conkey[1] as attnum, k.conname, k.connoinherit, k.convalidated
    from pg_constraint k where k.contype = 'n'
), member as materialized (
    select d.objid, x.extname from pg_depend d join pg_extension x on x.oid = d.refobjid
    where d.classid = 'pg_type'::regclass and d.deptype = 'e'
        and d.refclassid = 'pg_extension'::regclass
-- Enums and domains that no macro says.
), strange as materialized (
    select e.enumtypid as oid from pg_enum e where e.enumlabel ~ '["[:cntrl:]]' or e.enumlabel = ''
    union
    select t.oid from pg_type t
    where t.typtype in ('d', 'e') and (t.typname ~ '["[:cntrl:]]'
        or (t.typtype = 'e' and not exists (select from pg_enum e where e.enumtypid = t.oid))
        or (t.typtype = 'd' and exists (select from pg_constraint k
            where k.contypid = t.oid and k.conname ~ '["[:cntrl:]]'))
        or (t.typtype = 'd' and t.typcollation <> (select b.typcollation from pg_type b where b.oid = t.typbasetype)
            and exists (select from pg_collation c where c.oid = t.typcollation
                and c.collnamespace <> 'pg_catalog'::regnamespace)))
-- Types of `public` by whose names the macros know others.
), hiding as materialized (
    select t.typname from pg_type t
    where t.typnamespace in (to_regnamespace('public'), to_regnamespace('$public'))
        and t.typtype in ('d', 'e')
-- What a domain is of in the end: its defaults are said to be of that type.
), base as materialized (
    with recursive base (domain, oid) as (
        select t.oid, t.typbasetype from pg_type t where t.typtype = 'd'
        union all
        select b.domain, t.typbasetype from base b join pg_type t on t.oid = b.oid where t.typtype = 'd'
    )
    select b.domain, b.oid from base b join pg_type t on t.oid = b.oid where t.typtype <> 'd'
)
select r.oid, r.nspname, r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    format_type(coalesce(b.oid, a.atttypid), -1),
    tn.nspname, e.typname,
    case when exists (select from strange where strange.oid = e.oid)
            or (tn.nspname = 'pg_catalog' and exists (select from hiding h
                where h.typname in (e.typname, split_part(format_type(e.oid, null), ' ', 1))))
        then 'x' else e.typtype end,
    m.extname,
    a.attnotnull, a.attidentity, a.attgenerated, pg_get_expr(f.adbin, f.adrelid),
    case when a.attcollation <> t.typcollation then l.collname end,
    col_description(r.oid, a.attnum),
    case when a.attstattarget >= 0 then a.attstattarget end,
    case when a.attstorage <> t.typstorage then a.attstorage end,
    case when a.attcompression <> '' then a.attcompression end,
    array_to_string(a.attoptions, chr(10)),
    format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
    s.seqcycle, s.nspname, s.relname,
    q.conname, q.connoinherit, q.convalidated, s.relpersistence <> r.relpersistence
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
join pg_type e on e.oid = case when t.typcategory = 'A' and t.typelem <> 0 then t.typelem else t.oid end
join pg_namespace tn on tn.oid = e.typnamespace
left join member m on m.objid = e.oid
left join base b on b.domain = a.atttypid
left join pg_attrdef f on f.adrelid = r.oid and f.adnum = a.attnum
left join pg_collation l on l.oid = a.attcollation
left join sequence s on s.refobjid = r.oid and s.refobjsubid = a.attnum
left join required q on q.conrelid = r.oid and q.attnum = a.attnum
where r.way = 'table'
order by r.nspname, r.relname, a.attnum
