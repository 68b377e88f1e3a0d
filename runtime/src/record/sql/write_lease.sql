-- Writes a lease of the session's role; whose it was before must be the same, one that the session
-- may act as, or a role that is gone.
create or replace function changeover.write_lease(
    history text, instance text, head text, place integer, about text, lease interval
)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from changeover.instances i where i.history = $1 and i.instance = $2) then
        perform changeover.sweep_leases();
        if (select count(*) from changeover.instances i where i.history = $1 and i.owner = session_user) >= 5000 then
            raise exception 'role "%" holds 5000 leases of history "%"', session_user, $1
                using errcode = '54000', hint = 'give back those that are over with changeover.release_lease';
        end if;
    end if;
    insert into changeover.instances as i (history, instance, head, position, about, lease, since, spoke_at, owner)
        values ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp(), session_user)
        on conflict on constraint instances_pkey do update
        set head = excluded.head, position = excluded.position, about = excluded.about,
            lease = excluded.lease, spoke_at = excluded.spoke_at, owner = excluded.owner
        where changeover.may_change(i.owner);
    if not found then
        perform changeover.refuse_change($1, $2);
    end if;
end
$$
