-- What stands for another object: a default for its table, an array for its elements' type.
with part as (
    select 'pg_attrdef'::regclass as catalog, oid, 'pg_class'::regclass as of_catalog, adrelid as of_oid
    from pg_attrdef
    union all
    select 'pg_constraint', oid, case when conrelid <> 0 then 'pg_class'::regclass else 'pg_type' end,
        case when conrelid <> 0 then conrelid else contypid end
    -- A constraint trigger's is the trigger's.
    from pg_constraint where contype <> 't'
    union all
    select 'pg_rewrite', oid, 'pg_class', ev_class from pg_rewrite where rulename = '_RETURN'
    union all
    select 'pg_class', oid, 'pg_type', reltype from pg_class where relkind = 'c'
    union all
    select 'pg_class', indexrelid, 'pg_class', indrelid from pg_index
    union all
    select 'pg_type', t.oid, 'pg_class', r.oid
    from pg_type t join pg_class r on r.oid = t.typrelid and r.relkind <> 'c'
    union all
    select 'pg_type', e.typarray, case when r.oid is null then 'pg_type'::regclass else 'pg_class' end,
        coalesce(r.oid, e.oid)
    from pg_type e left join pg_class r on r.oid = e.typrelid and r.relkind <> 'c'
    where e.typarray <> 0
    union all
    select 'pg_type', rngmultitypid, 'pg_type', rngtypid from pg_range
    union all
    select 'pg_publication_rel', oid, 'pg_publication', prpubid from pg_publication_rel
    union all
    select d.classid, d.objid, d.refclassid, d.refobjid from pg_depend d where d.deptype = 'e'
)
select distinct coalesce(a.of_catalog, d.classid)::oid, coalesce(a.of_oid, d.objid),
    coalesce(b.of_catalog, d.refclassid)::oid, coalesce(b.of_oid, d.refobjid),
    -- To which column a sequence belongs can be said later.
    case when r.oid is not null then 'owner' else 'need' end
from pg_depend d
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid and k.contype = 'f'
-- So can a foreign key, which is an object of its own.
left join part a on a.catalog = d.classid and a.oid = d.objid and k.oid is null
left join part b on b.catalog = d.refclassid and b.oid = d.refobjid
left join pg_class r on d.classid = 'pg_class'::regclass and r.oid = d.objid and r.relkind = 'S'
    and d.refclassid = 'pg_class'::regclass
where d.deptype <> 'e' and d.objid >= 16384 and d.refobjid >= 16384
    -- What a foreign key has of partitions is made with it.
    and coalesce(k.conparentid, 0) = 0
    and (coalesce(a.of_catalog, d.classid), coalesce(a.of_oid, d.objid))
        <> (coalesce(b.of_catalog, d.refclassid), coalesce(b.of_oid, d.refobjid))

union
-- A check comes behind what inherits it as one that does not hold for all rows.
select 'pg_constraint'::regclass::oid, b.root, 'pg_class'::regclass::oid, b.oid, 'need'
from (
    with recursive below (root, oid) as (
        select k.oid, h.inhrelid from pg_constraint k join pg_inherits h on h.inhparent = k.conrelid
        where k.contype = 'c' and not k.convalidated and not k.connoinherit and k.coninhcount = 0
        union
        select b.root, h.inhrelid from below b join pg_inherits h on h.inhparent = b.oid
    ) select * from below
) b

union
select s.catalog::oid, s.oid, coalesce(b.of_catalog, s.of_catalog)::oid, coalesce(b.of_oid, s.of_oid), 'need'
from (
    select 'pg_description'::regclass as catalog, objoid as oid, classoid as of_catalog, objoid as of_oid
    from pg_description
    union all
    select 'pg_seclabel', objoid, classoid, objoid from pg_seclabel
) s left join part b on b.catalog = s.of_catalog and b.oid = s.of_oid
where s.oid >= 16384
order by 1, 2, 3, 4, 5
