-- Takes from tables that were just made what default privileges gave of them: whoever may write them
-- opens gates, and whoever may put triggers on them is the runner. What somebody granted on the tables
-- of before stays.
do $$
declare
    command text;
begin
    for command in
        select pg_catalog.format('revoke all on table changeover.%I from %s', c.relname,
            case a.grantee when 0 then 'public' else pg_catalog.quote_ident(r.rolname) end)
        from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname = 'changeover'
        cross join pg_catalog.aclexplode(c.relacl) a
        left join pg_catalog.pg_roles r on r.oid = a.grantee
        where c.relkind = 'r' and a.grantee <> c.relowner and c.oid not in ($known)
    loop
        execute command;
    end loop;
end
$$
