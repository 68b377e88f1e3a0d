-- A row for each column of a key: first those that tell rows apart, then those that point.
select n.nspname, c.relname, case when i.indisprimary then 'p' else 'u' end, x.relname, a.attname,
    null, null, null, null, null, part.place
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class x on x.oid = i.indexrelid
cross join lateral unnest(i.indkey::smallint[]) with ordinality as part (attnum, place)
join pg_attribute a on a.attrelid = c.oid and a.attnum = part.attnum
where i.indisunique and i.indpred is null and i.indexprs is null and part.place <= i.indnkeyatts
    and starts_with(n.nspname, 'changeover_scratch_')
union all
select n.nspname, c.relname, 'f', k.conname, a.attname,
    pn.nspname, p.relname, pa.attname, k.confupdtype, k.confdeltype, part.place
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class p on p.oid = k.confrelid
join pg_namespace pn on pn.oid = p.relnamespace
cross join lateral unnest(k.conkey, k.confkey) with ordinality as part (attnum, key, place)
join pg_attribute a on a.attrelid = c.oid and a.attnum = part.attnum
join pg_attribute pa on pa.attrelid = p.oid and pa.attnum = part.key
where k.contype = 'f' and k.conparentid = 0 and starts_with(n.nspname, 'changeover_scratch_')
order by 1, 2, 3, 4, 11
