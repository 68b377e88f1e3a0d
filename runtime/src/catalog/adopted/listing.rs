//! What of a database was said, and what was not, by numbers and names.

use std::collections::BTreeMap;

use crate::catalog::declaration::{Declaration, DeclaredKind, QualifiedName};
use crate::catalog::said;

/// Returns how many there are of each kind.
pub(super) fn counts(declarations: &[Declaration]) -> Vec<(&'static str, usize)> {
    let mut counts: BTreeMap<DeclaredKind, usize> = BTreeMap::new();
    for one in declarations.iter().filter(|one| one.unsaid.is_none()) {
        *counts.entry(one.kind).or_default() += 1;
    }
    counts.into_iter().map(|(kind, count)| (kind.word(), count)).collect()
}

/// The names of what cannot be said, and the reasons.
pub(super) fn unsaid(declarations: &[Declaration]) -> Vec<(String, String)> {
    let named = |one: &Declaration| Some((name(one), one.unsaid.clone()?));
    declarations.iter().filter_map(named).collect()
}

/// `view billing.totals`, `trigger stamp on users`.
pub(super) fn name(one: &Declaration) -> String {
    let plain = |name: &QualifiedName| match name.schema.as_str() {
        "" | "public" => name.name.clone(),
        schema => format!("{schema}.{}", name.name),
    };
    let name = match (one.kind, &one.on) {
        (DeclaredKind::Grant, _) => format!("grant on {}", one.name.name),
        // Its name says what it is.
        (DeclaredKind::Other, None) => one.name.name.clone(),
        (DeclaredKind::Other, Some(on)) => format!("{} on {}", one.name.name, plain(on)),
        (kind, Some(on)) if *on != one.name => {
            format!("{} {} on {}", kind.word(), one.name.name, plain(on))
        }
        (kind, _) => format!("{} {}", kind.word(), plain(&one.name)),
    };
    said::in_comment(&name)
}
