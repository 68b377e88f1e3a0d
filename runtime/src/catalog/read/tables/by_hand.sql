, piece (oid, place, sql) as (
    select r.oid, 0, format('create %stable %s%s', case r.relpersistence when 'u' then 'unlogged ' else '' end, r.sql, case
        when r.relispartition then format(' partition of %I.%I %s', r.parent_schema, r.parent_name,
            pg_get_expr(r.relpartbound, r.oid))
        when r.reloftype <> 0 then ' of ' || r.reloftype::regtype
        else format(' (%s)', concat_ws(', ', (select string_agg(format('%I %s%s%s', a.attname,
                    format_type(a.atttypid, a.atttypmod),
                    case when a.attcollation <> t.typcollation
                        then ' collate ' || a.attcollation::regcollation end,
                    case when a.attgenerated <> '' then format(' generated always as (%s) %s',
                        pg_get_expr(d.adbin, d.adrelid),
                        case a.attgenerated when 's' then 'stored' else 'virtual' end) end),
                ', ' order by a.attnum)
            from pg_attribute a join pg_type t on t.oid = a.atttypid
            left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
            where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.attislocal),
            -- Behind it, what is inherited would give them names.
            (select string_agg(format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), ', ' order by k.conname)
            from pg_constraint k where k.conrelid = r.oid and k.contype = 'n' and k.conislocal)))
            || coalesce(' inherits (' || (select string_agg(h.inhparent::regclass::text, ', ' order by h.inhseqno)
                from pg_inherits h where h.inhrelid = r.oid) || ')', '')
        end || coalesce(' partition by ' || pg_get_partkeydef(r.oid), '')
        || coalesce(' using ' || (select quote_ident(m.amname) from pg_am m
            where m.oid = r.relam and m.amname <> 'heap' and r.relkind = 'r'), '')
        || coalesce(' with (' || nullif(concat_ws(', ', array_to_string(r.reloptions, ', '),
            (select 'toast.' || array_to_string(t.reloptions, ', toast.') from pg_class t
            where t.oid = r.reltoastrelid)), '') || ')', '')
        || coalesce(' tablespace ' || (select quote_ident(s.spcname) from pg_tablespace s
            where s.oid = r.reltablespace), ''))
    from relation r where r.way = 'hand'
    union all
    select r.oid, x.place, format('alter table %s alter column %I %s', r.sql, a.attname, x.action)
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join lateral (select b.* from pg_inherits h join pg_attribute b on b.attrelid = h.inhparent
        where h.inhrelid = r.oid and b.attname = a.attname order by h.inhseqno limit 1) p on true
    left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum and a.attgenerated = ''
    left join pg_attrdef e on e.adrelid = p.attrelid and e.adnum = p.attnum and p.attgenerated = ''
    cross join lateral (values
        (1, case when pg_get_expr(d.adbin, d.adrelid) is distinct from pg_get_expr(e.adbin, e.adrelid)
            then coalesce('set default ' || pg_get_expr(d.adbin, d.adrelid), 'drop default') end),
        -- From 18 on it is a constraint.
        (1, case when a.attnotnull and not coalesce(p.attnotnull, false)
            and current_setting('server_version_num')::integer < 180000 then 'set not null' end),
        (2, case when a.attidentity <> '' and (coalesce(p.attidentity, '') = '' or not r.relispartition) then (
            select format('add generated %s as identity (sequence name %s start with %s increment by %s'
                    ' minvalue %s maxvalue %s cache %s%s)',
                case a.attidentity when 'a' then 'always' else 'by default' end, q.seqrelid::regclass,
                q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                case when q.seqcycle then ' cycle' else '' end)
            from pg_depend o join pg_sequence q on q.seqrelid = o.objid
            where o.refclassid = 'pg_class'::regclass and o.refobjid = r.oid and o.refobjsubid = a.attnum
                and o.classid = 'pg_class'::regclass and o.deptype = 'i') end),
        (2, case when a.attstorage <> coalesce(p.attstorage, t.typstorage) then 'set storage ' || case a.attstorage
            when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end end),
        (2, case when a.attcompression <> coalesce(p.attcompression, '') then 'set compression ' || case a.attcompression
            when 'p' then 'pglz' when 'l' then 'lz4' else 'default' end end),
        (2, 'set (' || array_to_string(a.attoptions, ', ') || ')'),
        (2, case when a.attstattarget >= 0 then 'set statistics ' || a.attstattarget end)
    ) x (place, action)
    where r.way = 'hand' and x.action is not null
    union all
    -- Foreign keys stand by themselves.
    select r.oid, case k.contype when 'n' then 1 else 3 end, format('alter table %s add constraint %I %s', r.sql, k.conname, pg_get_constraintdef(k.oid))
    from relation r join pg_constraint k on k.conrelid = r.oid
    where r.way = 'hand' and (k.contype in ('p', 'u', 'c', 'x')
            or (k.contype = 'n' and (r.relispartition or r.reloftype <> 0)))
        and k.conparentid = 0 and k.coninhcount = 0 and k.oid not in (select oid from late)
    union all
    select r.oid, 4, format('alter index %I.%I set (%s)', r.nspname, x.relname, array_to_string(x.reloptions, ', '))
    from relation r join pg_constraint k on k.conrelid = r.oid join pg_class x on x.oid = k.conindid
    where r.way = 'hand' and k.contype in ('p', 'u', 'x') and k.conparentid = 0 and x.reloptions is not null
    union all
    -- On partitions it would be made by hand.
    select r.oid, 4, regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
    from relation r join pg_index i on i.indrelid = r.oid
    where r.way = 'hand'
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
        and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
    union all
    select r.oid, 6, format('alter table %s cluster on %I', r.sql, c.relname)
    from relation r join pg_index i on i.indrelid = r.oid join pg_class c on c.oid = i.indexrelid
    where r.way = 'hand' and i.indisclustered
    union all
    select r.oid, 6, format('comment on table %s is %s', r.sql, format('%L', obj_description(r.oid, 'pg_class')))
    from relation r where r.way = 'hand' and obj_description(r.oid, 'pg_class') is not null
    union all
    select r.oid, 6, format('comment on column %s.%I is %L', r.sql, a.attname, col_description(r.oid, a.attnum))
    from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0
    where r.way = 'hand' and col_description(r.oid, a.attnum) is not null
)
select r.oid, r.nspname, r.relname, string_agg(p.sql, ';' || chr(10) order by p.place, p.sql)
from relation r join piece p on p.oid = r.oid
group by r.oid, r.nspname, r.relname
-- What is part of another comes behind it.
order by (with recursive above (oid, depth) as (
        select r.oid, 0
        union all
        select h.inhparent, above.depth + 1 from above join pg_inherits h on h.inhrelid = above.oid
    ) select max(depth) from above), r.nspname, r.relname
