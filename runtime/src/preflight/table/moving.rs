//! What fires where a row only moves, and what would keep it where it is.

use crate::outcome::finding::{Check, Severity};
use crate::preflight::look::{Look, Scene};
use crate::work::touched::{Fill, relations};

pub(in crate::preflight) const LOOK: Look = Look {
    check: Check::UpdateTrigger,
    severity: |_| Severity::Fatal,
    sql,
    effect: "to the server a row that moves is one that is updated: `updated_at` would change in each",
    help: "let the trigger fire `when (old.* is distinct from new.*)`, or say `fire_triggers` if it does \
           no harm; a rule, or `suppress_redundant_updates_trigger`, has to go first",
};

/// Our own stand aside. One that fires on certain columns is not asked, unless it names all.
///
/// PostgreSQL manual, sections "`pg_trigger`", "`pg_rewrite`" and "Trigger Functions".
fn sql(Scene { touched, .. }: Scene<'_>) -> Option<String> {
    let of = |fires: bool| {
        let compactions = touched.fills.iter().filter_map(move |fill| match fill {
            Fill::Compaction(compaction) if fires || !compaction.fires => Some(compaction.table),
            _ => None,
        });
        relations(compactions)
    };
    let is_any = touched.fills.iter().any(|fill| matches!(fill, Fill::Compaction(_)));
    is_any.then(|| {
        format!(
            "select pg_catalog.format('trigger %I on %s fires on any update', t.tgname, \
             t.tgrelid::regclass) from pg_catalog.pg_trigger t \
             where t.tgrelid in ({asked}) and not t.tgisinternal and t.tgparentid = 0 \
             and t.tgenabled <> 'D' and t.tgtype & 16 <> 0 and t.tgattr = '' \
             and t.tgname !~ '^(zzz|!)_[0-9]{{4}}_' and pg_catalog.pg_get_triggerdef(t.oid) \
             not ilike '%when ((old.* is distinct from new.*))%' union all \
             select pg_catalog.format('trigger %I on %s takes every update back that changes nothing', \
             t.tgname, t.tgrelid::regclass) from pg_catalog.pg_trigger t \
             join pg_catalog.pg_proc p on p.oid = t.tgfoid where t.tgrelid in ({all}) \
             and p.prosrc = 'suppress_redundant_updates_trigger' and t.tgenabled <> 'D' union all \
             select pg_catalog.format('rule %I on %s acts on an update', r.rulename, \
             r.ev_class::regclass) from pg_catalog.pg_rewrite r \
             where r.ev_class in ({all}) and r.ev_type = '2'",
            asked = of(false),
            all = of(true),
        )
    })
}
