(case when pg_catalog.to_regtype(n.base) <> a.atttypid
then pg_catalog.format(': it is %s, and not %s', s.ty, n.written)
when pg_catalog.to_regtype(n.base) is not null and pg_catalog.lower(pg_catalog.replace(
coalesce(pg_catalog.substring(s.ty, '[(].*[)]'), ''), ' ', ''))
<> case when n.params = '' and t.typname in ('bpchar', 'bit', '_bpchar', '_bit') then '(1)'
when t.typname in ('numeric', '_numeric') and n.params ~ '^[(][0-9]+[)]$'
then pg_catalog.replace(n.params, ')', ',0)') else n.params end
then pg_catalog.format(': it is %s, and not %s', s.ty, n.written) end),
(case when n.not_null and not a.attnotnull then ': it may be null'
when a.attnotnull and not n.not_null then ': it is not null' end),
(case when n.generated <> a.attgenerated::text and a.attgenerated = '' then ': it is not generated'
when n.generated <> a.attgenerated::text and n.generated = '' then ': it is generated' end),
(case when n.identity <> a.attidentity::text then case a.attidentity when ''
then ': it is no identity' when 'a' then ': it is an identity always'
else ': it is an identity by default' end end),
(case when a.attgenerated <> '' or n.generated <> '' then null
when n.defaults is null and s.expression is not null
then pg_catalog.format(': it has the default %s', s.expression)
when n.defaults is not null and s.expression is null
then pg_catalog.format(': it has no default, and not %s', n.defaults)
when t.typname in ('text', 'varchar', 'int2', 'int4', 'int8', 'bool')
and n.defaults ~ '^(''([^'']|'''')*''|[0-9]+|true|false)$'
and s.expression ~ '^(''([^'']|'''')*''(::[a-z ]+)?|[0-9]+|true|false)$'
and pg_catalog.regexp_replace(pg_catalog.regexp_replace(s.expression, '''::[a-z ]+$', ''''),
'^''([0-9]+)''$', '\1')
<> pg_catalog.regexp_replace(n.defaults, '^''([0-9]+)''$', '\1')
then pg_catalog.format(': its default is %s, and not %s', s.expression, n.defaults) end),
(case when coalesce(l.collname::text, '') <> n.sorted_by
and n.sorted_by is distinct from (select o.collname::text from pg_catalog.pg_collation o
where o.oid = t.typcollation)
then pg_catalog.format(': its collation is %s, and not %s', coalesce(l.collname, 'default'),
coalesce(nullif(n.sorted_by, ''), 'default')) end)
