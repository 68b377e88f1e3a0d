-- Whether a role has what another has: it is that role, inherits from it or may become it. The
-- session of a role that was dropped goes on, and acts as roles that were dropped.
create or replace function changeover.acts_as(member oid, role name)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    other oid := (select r.oid from pg_roles r where r.rolname = $2);
begin
    if other is null then
        return not exists (select from pg_roles m where m.oid = $1);
    end if;
    return $1 = other or pg_has_role($1, other,
        case when current_setting('server_version_num')::integer >= 160000 then 'usage, set' else 'member' end);
end
$$
