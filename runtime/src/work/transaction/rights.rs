//! Privileges that a transaction gives or takes back. The server only warns where its role may not,
//! and goes on (01006, 01007): so it is asked before, and once more behind the statement.
//!
//! PostgreSQL manual, `GRANT` and `REVOKE`, sections "Notes".

use std::fmt::Write as _;

use crate::lock::RunSession;
use crate::migration::{Rights, RightsOn};
use crate::outcome::error::{Detail, Error, WorkError};
use crate::session::shown::on_one_line;
use crate::session::sql::{OWN_PATH, PLANS_PATH, Scope, quote_literal, set};

/// What is there of it: its owner, what was given on it, and whether the session's role may pass the
/// privilege on. A function is looked up only where there are the types of its arguments, and each kind
/// is asked by itself alone, because the server asks in whichever order it likes.
const THERE: &str = "\
    select c.relowner as owner, case when w.part = '' then coalesce(c.relacl, \
    pg_catalog.acldefault((case c.relkind when 'S' then 's' else 'r' end)::\"char\", c.relowner)) \
    else (select a.attacl from pg_catalog.pg_attribute a where a.attrelid = c.oid \
    and a.attname = w.part and not a.attisdropped) end as acl, \
    case when w.kind = 'sequence' and c.relkind = 'S' \
    then pg_catalog.has_sequence_privilege(c.oid, w.option) \
    when w.kind <> 'table' or c.relkind = 'S' then null \
    when w.part = '' then pg_catalog.has_table_privilege(c.oid, w.option) \
    else (select pg_catalog.has_column_privilege(c.oid, a.attnum, w.option) \
    from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = w.part \
    and not a.attisdropped) end as may \
    from pg_catalog.pg_class c where case when w.kind = 'sequence' then c.relkind = 'S' \
    when w.kind = 'table' then c.relkind in ('r', 'p', 'v', 'm', 'f') end \
    and c.oid = case when w.kind in ('table', 'sequence') then pg_catalog.to_regclass(w.name) end \
    union all \
    select p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), \
    case when w.kind = 'function' then pg_catalog.has_function_privilege(p.oid, w.option) end from pg_catalog.pg_proc p \
    where p.oid = case when w.kind = 'function' and not exists (select from \
    pg_catalog.unnest(w.types) y where pg_catalog.to_regtype(y) is null) \
    then pg_catalog.to_regprocedure(w.name || '(' || pg_catalog.array_to_string(w.types, ', ') \
    || ')') end \
    union all \
    select n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)), \
    case when w.kind = 'schema' then pg_catalog.has_schema_privilege(n.oid, w.option) end from pg_catalog.pg_namespace n \
    where n.oid = case when w.kind = 'schema' then pg_catalog.to_regnamespace(w.name) end";

/// How it is said: `update (note) on table public.orders`.
const WHAT: &str = "w.privilege || case when w.part = '' then '' else \
    pg_catalog.format(' (%I)', w.part) end || ' on ' || w.kind || ' ' || w.shown";

/// By which role the server gives and takes: the owner where ours has the rights of it.
const IS_OURS: &str = "case when pg_catalog.pg_has_role(o.owner, 'usage') then g.grantor = o.owner \
    else pg_catalog.pg_has_role(g.grantor, 'usage') end";

/// A query with a row of one text for each right that the session's role may not pass on, or not
/// take back; with `of_others`, for each as well that another role has given and keeps there.
pub(crate) fn refused(all: &[&Rights], of_others: bool) -> Option<String> {
    let wanted = wanted(all)?;
    let mut sql = format!(
        "select distinct pg_catalog.format('role %I may not %s %s', current_user, \
         case when w.given then 'pass on' else 'take back' end, {WHAT}) \
         from {wanted} cross join lateral ({THERE}) o where not o.may"
    );
    if of_others {
        let _ = write!(sql, " union all {}", left(&wanted, &format!("not {IS_OURS}")));
    }
    Some(sql)
}

/// Returns what is to be taken back and is there.
fn left(wanted: &str, which: &str) -> String {
    format!(
        "select distinct pg_catalog.format('%s has %s from %I', w.role, {WHAT}, \
         pg_catalog.pg_get_userbyid(g.grantor)) \
         from {wanted} cross join lateral ({THERE}) o cross join lateral ({GIVEN}) g \
         where not w.given and {which}"
    )
}

/// What a role was given of a privilege.
const GIVEN: &str = "select x.grantor from pg_catalog.aclexplode(o.acl) x \
    where x.privilege_type = pg_catalog.upper(w.privilege) and x.grantee = case w.role \
    when 'public' then 0::oid \
    else (select r.oid from pg_catalog.pg_roles r where r.rolname = w.role) end";

/// A row for each privilege of each role.
fn wanted(all: &[&Rights]) -> Option<String> {
    let rows: Vec<String> = all.iter().flat_map(|rights| rows(rights)).collect();
    (!rows.is_empty()).then(|| {
        format!(
            "(select v.*, v.privilege || ' with grant option' as option from (values {}) as v \
             (kind, name, types, shown, privilege, part, role, given)) as w",
            rows.join(", ")
        )
    })
}

fn rows(rights: &Rights) -> Vec<String> {
    let Rights { on, name, types, privileges, roles, given } = rights;
    let kind = match on {
        RightsOn::Table => "table",
        RightsOn::Sequence => "sequence",
        RightsOn::Function => "function",
        RightsOn::Schema => "schema",
    };
    let shown = match on {
        RightsOn::Function => format!("{name}({})", types.join(", ")),
        _ => (*name).to_owned(),
    };
    let types: Vec<String> = types.iter().map(|ty| quote_literal(ty)).collect();
    let [kind, name, shown] = [kind, name, &shown].map(quote_literal);
    let row = |(privilege, part): &(&str, &str), role: &str| {
        let [privilege, part, role] = [privilege, part, role].map(quote_literal);
        let types = format!("array[{}]::pg_catalog.text[]", types.join(", "));
        format!("({kind}, {name}, {types}, {shown}, {privilege}, {part}, {role}, {given})")
    };
    let each = |one| roles.iter().map(move |role| row(one, role));
    privileges.iter().flat_map(each).collect()
}

/// Asks behind a statement whether it did what it says: between the look before the phase and now,
/// and where several roles have a part of the option each, the server may have warned alone.
pub(super) async fn hold(session: &mut RunSession<'_>, rights: &Rights) -> Result<(), Error> {
    let Some(wanted) = wanted(&[rights]) else { return Ok(()) };
    let missing = format!(
        "select distinct pg_catalog.format('%s has no %s', w.role, {WHAT}) \
         from {wanted} cross join lateral ({THERE}) o \
         where w.given and not exists ({GIVEN}) union all {}",
        left(&wanted, "true")
    );
    session.query(&set(Scope::Transaction, &[OWN_PATH])).await?;
    let rows = session.query(&missing).await?;
    session.query(&set(Scope::Transaction, &[PLANS_PATH])).await?;
    let what: Vec<String> = rows.iter().map(|row| on_one_line(row.text(0))).collect();
    if what.is_empty() {
        return Ok(());
    }
    Err(Error::new(Detail::Work(WorkError::Privileges { what })))
}
