-- Every kind of what belongs to tables begins with this. `way` tells how a relation is said: by
-- `create_table!`, by `create_partition!`, or by hand where no macro can.
with own as materialized (
    select c.oid, c.relname, n.nspname, c.relkind, c.relispartition, c.relpersistence, c.reloptions,
        c.reloftype, c.reltoastrelid, c.reltablespace, c.relam, c.relpartbound,
        format('%I.%I', n.nspname, c.relname) as sql
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
        and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')
        and not exists (select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
-- No macro takes such names, nor the collations of other schemas, nor a table without columns.
), odd as materialized (
    select a.attrelid
    from own o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    group by a.attrelid
    having bool_or(a.attname ~ '["[:cntrl:]]' or (a.attcollation >= 16384 and exists (
        select from pg_collation l join pg_namespace n on n.oid = l.collnamespace
        where l.oid = a.attcollation and n.nspname not in ('pg_catalog', 'public', '$public'))))
    union all
    select o.oid from own o where not exists (select from pg_attribute a
        where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped)
), judged as materialized (
    select o.*, o.reloftype <> 0 or o.relname ~ '["[:cntrl:]]' or o.nspname ~ '["[:cntrl:]]'
            or exists (select from odd where odd.attrelid = o.oid)
            or (not o.relispartition and exists (select from pg_inherits i where i.inhrelid = o.oid))
            as is_odd,
        case when o.relispartition
            then (select i.inhparent from pg_inherits i where i.inhrelid = o.oid) end as parent
    from own o
), relation as materialized (
    select j.*, p.nspname as parent_schema, p.relname as parent_name, case
            when not j.relispartition and not j.is_odd then 'table'
            when j.relkind = 'r' and not j.is_odd and not p.is_odd and not p.relispartition
                then 'partition'
            else 'hand' end as way
    from judged j left join judged p on p.oid = j.parent
)
, below as (
    with recursive below (root, oid) as (
        select k.oid, h.inhrelid from pg_constraint k join pg_inherits h on h.inhparent = k.conrelid
        where k.contype = 'c' and not k.convalidated and not k.connoinherit and k.coninhcount = 0
        union
        select b.root, h.inhrelid from below b join pg_inherits h on h.inhparent = b.oid
    )
    select b.root, b.oid, i.convalidated from below b
    join pg_constraint k on k.oid = b.root
    join pg_constraint i on i.conrelid = b.oid and i.contype = 'c' and i.conname = k.conname
-- A check that was not held against the rows of before, and is inherited so: what inherits it when it is
-- made has it as one that holds.
), late as (
    select k.oid, (select string_agg(format(';%svalidate constraint %I', chr(10) || 'alter table '
            || b.oid::regclass || ' ', k.conname), '' order by b.oid) filter (where b.convalidated)
        from below b where b.root = k.oid) as validated
    from pg_constraint k
    where exists (select from below b where b.root = k.oid and not b.convalidated)
)
