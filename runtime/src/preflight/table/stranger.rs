//! Code of others that would run as the runner.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};

pub(in crate::preflight) const TRIGGER: Look = Look {
    check: Check::ForeignTrigger,
    severity: |_| Severity::Fatal,
    sql: trigger,
    effect: "the function runs as whoever writes rows of the table, and a backfill writes all",
    help: "give the function to a role that the runner trusts, or drop the trigger and `revoke \
           trigger` on the table from who made it",
};

pub(in crate::preflight) const SCHEMA: Look = Look {
    check: Check::OpenSchema,
    severity: |_| Severity::Warn,
    sql: schema,
    effect: "what they create there can take the place of a function or an operator that an \
             expression names, and runs as the runner and as every client",
    help: "`revoke create on schema public from public`, or from those roles",
};

/// Whom the runner need not distrust. A superuser is a member of every role.
const TRUSTED: &str = "(r.rolsuper or case when me.rolsuper then r.oid = me.oid \
                       else pg_catalog.pg_has_role(me.oid, r.oid, 'usage') end)";

/// A trigger's function, and what its condition calls. A function that is `security definer` runs
/// as its owner, and none as the runner.
const CALLED: &str = "
    select p.oid::regprocedure::text as code, p.proowner as owner
    from pg_catalog.pg_proc p where p.oid = t.tgfoid and not p.prosecdef
    union
    select pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0),
      coalesce(p.proowner, o.oprowner, y.typowner)
    from pg_catalog.pg_depend d
      left join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::regclass
        and p.oid = d.refobjid and not p.prosecdef and p.oid <> t.tgfoid
      left join pg_catalog.pg_operator o
        on d.refclassid = 'pg_catalog.pg_operator'::regclass and o.oid = d.refobjid
      left join pg_catalog.pg_type y
        on d.refclassid = 'pg_catalog.pg_type'::regclass and y.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_trigger'::regclass and d.objid = t.oid";

fn trigger(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.locks.is_empty() {
        return None;
    }
    let relations = touched.relations();
    Some(format!(
        "select pg_catalog.format('trigger %I on %s calls %s of role `%s`', t.tgname, \
         t.tgrelid::regclass, x.code, r.rolname) \
         from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid \
         cross join lateral ({CALLED}) x \
         join pg_catalog.pg_roles r on r.oid = x.owner \
         join pg_catalog.pg_roles me on me.rolname = current_user \
         where t.tgrelid in ({relations}) and not t.tgisinternal and t.tgenabled <> 'D' \
         and t.tgparentid = 0 and x.owner <> c.relowner and not {TRUSTED}"
    ))
}

fn schema(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    if touched.locks.is_empty() {
        return None;
    }
    Some(format!(
        "select case when pg_catalog.bool_or(a.grantee = 0) \
         then 'everybody may create in schema public' \
         else 'roles other than the runner may create in schema public: ' \
         || pg_catalog.string_agg(pg_catalog.format('`%s`', r.rolname), ', ' order by r.rolname) \
         end from pg_catalog.pg_namespace n \
         cross join pg_catalog.aclexplode(coalesce(n.nspacl, \
         pg_catalog.acldefault('n', n.nspowner))) a \
         join pg_catalog.pg_roles me on me.rolname = current_user \
         left join pg_catalog.pg_roles r on r.oid = a.grantee \
         where n.nspname = 'public' and a.privilege_type = 'CREATE' \
         and a.grantee <> n.nspowner and not coalesce({TRUSTED}, false) \
         having pg_catalog.count(*) > 0"
    ))
}
