, storage (letter, word) as (values ('p', 'plain'), ('e', 'external'), ('x', 'extended'), ('m', 'main'))
, compression (letter, word) as (values ('', 'default'), ('p', 'pglz'), ('l', 'lz4'))
select r.oid, r.nspname, r.relname, a.attname,
    case when x.own is distinct from x.parents then coalesce('set default ' || x.own, 'drop default') end,
    case when a.attnotnull and not p.attnotnull then 'set not null' end,
    case when a.attstorage <> p.attstorage
        then 'set storage ' || (select word from storage where letter = a.attstorage::text) end,
    case when a.attcompression <> p.attcompression
        then 'set compression ' || (select word from compression where letter = a.attcompression::text) end,
    -- A new partition has none of its table's.
    case when a.attstattarget >= 0 then 'set statistics ' || a.attstattarget end,
    'set (' || array_to_string(a.attoptions, ', ') || ')',
    col_description(r.oid, a.attnum)
from relation r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_attribute p on p.attrelid = r.parent and p.attname = a.attname and p.attnum > 0
cross join lateral (select
    (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = r.oid and d.adnum = a.attnum) as own,
    (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = r.parent and d.adnum = p.attnum) as parents
) x
where r.way = 'partition' and (x.own is distinct from x.parents or a.attnotnull > p.attnotnull
    or a.attstorage <> p.attstorage or a.attcompression <> p.attcompression
    or a.attstattarget >= 0
    or a.attoptions is not null or col_description(r.oid, a.attnum) is not null)
order by r.nspname, r.relname, a.attnum
