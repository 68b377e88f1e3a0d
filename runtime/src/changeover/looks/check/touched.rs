//! What of a database's declarations a migration changes, as its statements say.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::declaration::QualifiedName;
use crate::migration::{Dropped, Effect, ObjectKind, Statement};

/// What statements change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Objects of which nothing is known to stay.
    pub(super) whole: BTreeSet<QualifiedName>,
    /// Tables with the names of columns, constraints, indexes, triggers and policies.
    pub(super) parts: BTreeMap<QualifiedName, BTreeSet<String>>,
    /// Objects of which what has no name of its own changes: parameters, rights, security.
    pub(super) settings: BTreeSet<QualifiedName>,
}

impl Touched {
    pub(super) fn note(&mut self, statement: &Statement) {
        self.settings.extend(statement.rights.and_then(|rights| named(rights.name)));
        for effect in statement.effects {
            match effect {
                Effect::Makes(name) | Effect::Renames(name) | Effect::Changes(name) => {
                    self.whole.extend(named(name));
                }
                Effect::Removes { object, .. } | Effect::Takes(object) => self.object(object),
                Effect::ChangesPart { table, part } => self.part(table, part),
                Effect::ChangesSettings(name) => self.settings.extend(named(name)),
                // It takes a change of another kind to be seen.
                Effect::AddsColumn { .. }
                | Effect::Alters(_)
                | Effect::Identifies
                | Effect::IfThere(_)
                | Effect::MakesInDatabase
                | Effect::Unknown => {}
            }
        }
    }

    /// Notes that something has this name in a table.
    pub(super) fn part(&mut self, table: &str, name: &str) {
        if let Some(table) = named(table) {
            self.parts.entry(table).or_default().insert(name.to_owned());
        }
    }

    fn object(&mut self, object: &Dropped) {
        use ObjectKind::{Column, Constraint, Default, NotNull, Policy, ReplacedColumn};
        use ObjectKind::{ReplacedKey, Trigger};
        match object.kind {
            Column | Constraint | Default | NotNull | Policy | ReplacedColumn | ReplacedKey
            | Trigger => {
                let parts = [object.part].into_iter().chain(object.with.iter().copied());
                parts.filter(|part| !part.is_empty()).for_each(|part| self.part(object.name, part));
            }
            _ => self.whole.extend(named(object.name)),
        }
    }
}

/// A quoted and qualified name.
fn named(text: &str) -> Option<QualifiedName> {
    let (schema, name) = crate::catalog::scratch::names::split(text)?;
    Some(QualifiedName { schema, name })
}
