-- Refuses a session whose role has no say in a history. Only functions that run with the owner's
-- rights call it.
create or replace function changeover.require_speaker(history text)
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from changeover.speakers s where s.history = $1 and changeover.is_session_of(s.role)
    ) and not changeover.is_runner() then
        raise exception 'role "%" may not speak for history "%"', session_user, changeover.shown($1)
            using errcode = '42501', hint = 'what changeover::grants::instance gives allows it';
    end if;
end
$$
