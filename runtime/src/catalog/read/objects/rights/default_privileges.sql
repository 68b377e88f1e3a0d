with given as (
    select a.oid, e.grantee, lower(e.privilege_type) as privilege, bool_or(e.is_grantable) as is_grantable
    from pg_default_acl a, aclexplode(a.defaclacl) e group by 1, 2, 3
-- What is said of a schema is added to what counts everywhere.
), usual as (
    select a.oid, e.grantee, lower(e.privilege_type) as privilege, false as is_grantable
    from pg_default_acl a, aclexplode(acldefault(
        case a.defaclobjtype when 'S' then 's' else a.defaclobjtype end::"char", a.defaclrole)) e
    where a.defaclnamespace = 0
), change as (
    select oid, grantee, privilege, coalesce(g.is_grantable, false) as is_grantable,
        g.p is null as is_revoked
    from (select *, privilege as p from given) g
    full join (select *, privilege as p from usual) u using (oid, grantee, privilege)
    where g.p is null or u.p is null or g.is_grantable <> u.is_grantable
), statement as (
    select a.oid, c.grantee, c.is_revoked, c.is_grantable,
        format('alter default privileges for role %I%s %s %s on %s %s %s%s', owner.rolname,
            coalesce(' in schema ' || quote_ident(n.nspname), ''),
            case when c.is_revoked then 'revoke' else 'grant' end,
            string_agg(c.privilege, ', ' order by c.privilege),
            case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas'
                else 'large objects' end,
            case when c.is_revoked then 'from' else 'to' end,
            case when c.grantee = 0 then 'public' else quote_ident(r.rolname) end,
            case when c.is_grantable then ' with grant option' else '' end) as text
    from change c join pg_default_acl a on a.oid = c.oid
    join pg_roles owner on owner.oid = a.defaclrole
    left join pg_roles r on r.oid = c.grantee
    left join pg_namespace n on n.oid = a.defaclnamespace
    group by a.oid, owner.rolname, n.nspname, a.defaclobjtype, c.grantee, r.rolname, c.is_revoked,
        c.is_grantable
)
select 'pg_default_acl'::regclass::oid, a.oid, coalesce(n.nspname, ''),
    format('default privileges of %s on %s', owner.rolname, a.defaclobjtype), null, null,
    (select string_agg(s.text, E';\n' order by s.text) from statement s where s.oid = a.oid),
    'what is granted on what comes later', null
from pg_default_acl a join pg_roles owner on owner.oid = a.defaclrole
left join pg_namespace n on n.oid = a.defaclnamespace
where exists (select from statement s where s.oid = a.oid)
    and coalesce(n.nspname, 'public') !~ '^pg_'
    and coalesce(n.nspname, 'public') not in ('information_schema', 'changeover')
order by 3, 4
