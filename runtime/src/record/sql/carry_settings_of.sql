-- A role that sees who paused a history sees what is set of it, as it would by the grants of today.
do $$
declare
    reader name;
begin
    for reader in select distinct r.rolname
        from pg_catalog.pg_proc p
        cross join pg_catalog.aclexplode(p.proacl) a
        join pg_catalog.pg_roles r on r.oid = a.grantee
        where p.oid = pg_catalog.to_regprocedure('changeover.controls_of(text)')::oid
        and a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner
    loop
        execute pg_catalog.format('grant execute on function changeover.settings_of(text) to %I',
            reader);
    end loop;
end
$$
