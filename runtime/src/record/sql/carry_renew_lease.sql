-- A role that holds leases may renew them in one statement, as it would by the grants of today.
do $$
declare
    holder name;
begin
    for holder in select distinct r.rolname
        from pg_catalog.pg_proc p
        cross join pg_catalog.aclexplode(p.proacl) a
        join pg_catalog.pg_roles r on r.oid = a.grantee
        where p.proname = 'hold_lease'
        and p.pronamespace = pg_catalog.to_regnamespace('changeover')::pg_catalog.oid
        and a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner
    loop
        execute pg_catalog.format('grant execute on function changeover.renew_lease(text, text, '
            'text, integer, text, interval, boolean, bigint) to %I', holder);
    end loop;
end
$$
