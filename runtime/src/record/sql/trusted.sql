-- The roles that the current one trusts: itself, the superusers, and the roles that it is a member of. A
-- superuser trusts superusers alone. What asks follows, as one more of the named queries.
with recursive me as (
    select r.oid, r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user
), mine (oid) as (
    select me.oid from me
    union
    select m.roleid
    from mine cross join me
    join pg_catalog.pg_auth_members m on m.member = mine.oid and not me.rolsuper
    left join pg_catalog.pg_roles g on g.oid = m.grantor
    -- Until PostgreSQL 16 anybody can make another a member of himself. Since then who makes a role
    -- is a member without its rights.
    where coalesce(g.rolsuper or g.rolcreaterole or g.oid = me.oid, true)
    and coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean
        or (pg_catalog.to_jsonb(m) ->> 'set_option')::boolean, true)
), trusted (oid) as (
    select oid from mine
    union
    select r.oid from pg_catalog.pg_roles r where r.rolsuper
)
