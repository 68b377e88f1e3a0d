//! Partitions that come and go by a rule: neither what is there of them nor what is gone is a difference.

use std::collections::BTreeSet;

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::said;
use crate::catalog::scratch::names::split;
use crate::migration::Migrations;
use crate::record::rules::kept_when_settled;

/// Leaves out the partitions, with their parts, of tables whose partitions the history keeps.
pub(super) fn leave_out(history: &Migrations, declarations: [&mut Vec<Declaration>; 2]) {
    let tables = kept_when_settled(history).into_iter().filter_map(|kept| split(kept.table));
    let said = tables.map(|(schema, name)| said::qualified(&QualifiedName { schema, name }));
    // As in `create_partition!(events_2027 of events, …);`.
    let of: Vec<String> = said.map(|table| format!(" of {table}, ")).collect();
    if of.is_empty() {
        return;
    }
    for list in declarations {
        let is_of_them = |one: &&Declaration| {
            one.kind == DeclaredKind::Partition && of.iter().any(|of| one.text.contains(of))
        };
        let left: BTreeSet<QualifiedName> =
            list.iter().filter(is_of_them).map(|one| one.name.clone()).collect();
        list.retain(|one| {
            let is_it = one.on.is_none() && left.contains(&one.name);
            !is_it && one.on.as_ref().is_none_or(|table| !left.contains(table))
        });
    }
}
