-- Lets each trigger of a plan that keeps columns of the table equal (its argument is 'last') fire
-- before the service's own triggers too, where there are any that fire for each row before it is
-- written; and takes that back where there are none left. Triggers fire in the order of their names:
-- `!` sorts before letters, digits and quotes, `zzz` after them.
create or replace function changeover.sync_first(synced regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    sync record;
    -- tgtype: 1 for each row, 2 before
    wanted boolean := exists (
        select from pg_trigger t
        where t.tgrelid in (select synced::oid union select p.relid from pg_partition_tree(synced) p)
            and t.tgtype & 3 = 3 and not t.tgisinternal and t.tgname !~ '^(zzz|!)_'
    );
begin
    for sync in
        select t.tgfoid::regproc as function, f.name,
            exists (select from pg_trigger o where o.tgrelid = synced and o.tgname = f.name) as there
        from pg_trigger t
            cross join lateral (select regexp_replace(t.tgname, '^zzz(.*)_insert$', '!\1')) f (name)
        where t.tgrelid = synced and t.tgname ~ '^zzz_.*_insert$' and t.tgargs = 'last\000'
        order by f.name
    loop
        if wanted and not sync.there then
            execute format('create trigger %I before insert or update on %s for each row execute function %s(''first'')',
                sync.name, synced, sync.function);
            execute format('alter table %s enable always trigger %I', synced, sync.name);
        elsif sync.there and not wanted then
            execute format('drop trigger %I on %s', sync.name, synced);
        end if;
    end loop;
end
$$
