-- Takes the right to put our own trigger functions on other tables from everybody: they run with the
-- rights of their owner, and plans once left it with `public`. Triggers that are there go on firing.
-- A function that the role does not own, or that others may not call, stays as it is.
do $$
declare
    made regprocedure;
    other text;
begin
    for made in
        select distinct f.oid
        from pg_catalog.pg_proc f
        join pg_catalog.pg_trigger t on t.tgfoid = f.oid
        where f.prosecdef and f.prorettype = 'trigger'::regtype::oid
            and f.proname operator(pg_catalog.~) '_(advance|look)_[0-9a-f]{8}$'
            and t.tgname operator(pg_catalog.~) '^zzz_[0-9]{4}_[0-9]{2}'
            and pg_catalog.pg_has_role(f.proowner, 'usage')
            and pg_catalog.has_function_privilege('public', f.oid, 'execute')
    loop
        for other in
            select distinct case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end
            from pg_catalog.pg_proc f, lateral pg_catalog.aclexplode(
                coalesce(f.proacl, pg_catalog.acldefault('f', f.proowner))) acl
            where f.oid = made::oid and acl.grantee <> f.proowner
        loop
            execute pg_catalog.format('revoke execute on function %s from %s cascade', made, other);
        end loop;
    end loop;
end
$$
