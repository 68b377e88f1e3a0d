//! Which part of a database is adopted.

use std::collections::HashMap;

use super::listing;
use crate::catalog::declaration::{Declaration, DeclaredKind, ObjectId, QualifiedName};
use crate::catalog::order::Needs;
use crate::catalog::read::foreign_key_target;
use crate::catalog::said;

/// Which schemas and tables of a database are adopted; all of them unless told.
///
/// In a pattern `*` stands for any text. A table is meant by its name, or by its schema and its name,
/// `billing.*`.
///
/// What needs something that is left out, such as a view of a table, or a foreign key, is not said
/// either, and [`Adopted::unsaid`](crate::Adopted::unsaid) has it with the reason.
///
/// ```
/// use changeover::Scope;
///
/// let scope = Scope::default().schema("public").schema("billing").exclude("*.tmp_*");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scope {
    schemas: Vec<String>,
    tables: Vec<String>,
    excluded: Vec<String>,
}

impl Scope {
    /// Takes schemas of this name alone, beside those that it takes already.
    #[must_use]
    pub fn schema(mut self, pattern: impl Into<String>) -> Scope {
        self.schemas.push(pattern.into());
        self
    }

    /// Takes tables of this name alone, beside those that it takes already.
    #[must_use]
    pub fn table(mut self, pattern: impl Into<String>) -> Scope {
        self.tables.push(pattern.into());
        self
    }

    /// Leaves out tables, views, types and functions of this name.
    #[must_use]
    pub fn exclude(mut self, pattern: impl Into<String>) -> Scope {
        self.excluded.push(pattern.into());
        self
    }

    /// Leaves out tables by their very names.
    pub(crate) fn without(mut self, tables: &[QualifiedName]) -> Scope {
        let name = |table: &QualifiedName| format!("{}.{}", table.schema, table.name);
        self.excluded.extend(tables.iter().map(name));
        self
    }

    fn has(&self, one: &Declaration) -> bool {
        let whole = one.on.as_ref().unwrap_or(&one.name);
        // A function's name has its types behind it.
        let bare = QualifiedName {
            schema: whole.schema.clone(),
            name: whole.name.split('(').next().unwrap_or_default().to_owned(),
        };
        let any = |patterns: &[String], name: &QualifiedName| {
            let full = format!("{}.{}", name.schema, name.name);
            patterns.iter().any(|one| matches(one, &name.name) || matches(one, &full))
        };
        let is_table = matches!(one.kind, DeclaredKind::Table | DeclaredKind::Partition);
        let is_in_schema = self.schemas.is_empty()
            || one.kind == DeclaredKind::Extension
            || one.name.schema.is_empty()
            || self.schemas.iter().any(|pattern| matches(pattern, &one.name.schema));
        is_in_schema
            && !any(&self.excluded, whole)
            && !any(&self.excluded, &bare)
            && (!is_table || self.tables.is_empty() || any(&self.tables, &one.name))
    }

    /// Takes what is in the scope of declarations that stand in the order of need.
    pub(crate) fn apply(&self, declarations: Vec<Declaration>, needs: &Needs) -> Vec<Declaration> {
        // Why what needs an object cannot be made.
        let mut missing: HashMap<ObjectId, String> = HashMap::new();
        let mut tables: HashMap<String, String> = HashMap::new();
        let mut kept = Vec::new();
        for one in declarations {
            if self.has(&one) {
                kept.push(one);
            } else if is_maker(&one) {
                let reason = format!("it needs {}, which is left out", listing::name(&one));
                tables.insert(said::qualified(&one.name), reason.clone());
                missing.insert(one.id, reason);
            }
        }
        // A column's own sequence goes with its table.
        let is_owned = |one: &Declaration| {
            needs.owner_of(one.id).iter().any(|owner| missing.contains_key(owner))
        };
        let is_part = |one: &Declaration| {
            one.on.as_ref().is_some_and(|on| tables.contains_key(&said::qualified(on)))
        };
        kept.retain(|one| !missing.contains_key(&one.id) && !is_owned(one) && !is_part(one));
        let not_said = |one: &Declaration| {
            (one.id, format!("it needs {}, which is not said", listing::name(one)))
        };
        // A type may need functions that need it.
        missing
            .extend(kept.iter().filter(|one| one.unsaid.is_some() && is_needed(one)).map(not_said));
        let mut unsaid: HashMap<ObjectId, String> = HashMap::new();
        for one in &mut kept {
            let reason = match unsaid.get(&one.id) {
                Some(reason) => Some(reason),
                None if one.is_item() => {
                    foreign_key_target(&one.text).and_then(|target| tables.get(target))
                }
                None => needs.of_object(one.id).iter().find_map(|id| missing.get(id)),
            };
            let reason = one.unsaid.clone().or_else(|| reason.cloned());
            let Some(reason) = reason else { continue };
            if !one.is_item() && (one.unsaid.is_none() || is_needed(one)) {
                missing.extend([not_said(one)]);
                unsaid.insert(one.id, reason.clone());
            }
            one.unsaid = Some(reason);
        }
        kept
    }
}

/// Tells whether it makes an object, and does not only say more of it.
fn is_maker(one: &Declaration) -> bool {
    let is_whole = one.on.is_none() || one.kind == DeclaredKind::Partition;
    is_whole && one.kind != DeclaredKind::Grant
}

/// Tells whether others cannot be made without it, where it cannot be said.
fn is_needed(one: &Declaration) -> bool {
    const PG_TYPE: u32 = 1247;
    const PG_LANGUAGE: u32 = 2612;
    let is_used = one.kind != DeclaredKind::Other;
    is_maker(one) && (is_used || [PG_TYPE, PG_LANGUAGE].contains(&one.id.catalog))
}

/// Tells whether a name is like a pattern, in which `*` stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("users", "users", true),
            ("users", "users2", false),
            ("user*", "users", true),
            ("*s", "users", true),
            ("*", "", true),
            ("u*e*s", "users", true),
            ("u*s*s", "us", false),
            ("billing.*", "billing.orders", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
