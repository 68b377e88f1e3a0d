-- A newer build asks functions where the tables were read before.
do $$
declare
    carried name;
begin
    for carried in select distinct s.role from changeover.speakers s
        join pg_catalog.pg_roles r on r.rolname = s.role where s.carried_over
    loop
        execute pg_catalog.format('grant execute on function changeover.migrations_of(text), '
            'changeover.steps_of(text), changeover.gates_of(text), changeover.controls_of(text), '
            'changeover.leases_of(text) to %I', carried);
    end loop;
end
$$
