//! What is built on a column that another takes the place of at a switch.
//!
//! The switch is planned with the change of type. An index, a foreign key or a view that came
//! after it would stay with the old column and go with it.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::lookup::wait_for_contract;
use crate::model::{Author, Claim, Hold, Object, Role, Schema};
use crate::syntax::words::name::{ColumnName, TableName};

/// What is built on the column of one hold.
pub(crate) struct Built {
    hold: Hold,
    /// A sentence's subject, and the whole of it.
    parts: Vec<(String, String)>,
}

impl Schema {
    /// Returns what is built on each column that waits for a switch.
    pub(crate) fn built_on_replaced(&self) -> Vec<Built> {
        let columns = self.holds.iter().filter(|hold| hold.role == Role::Replaced);
        columns
            .filter_map(|hold| Some(Built { hold: hold.clone(), parts: self.built_on(hold)? }))
            .collect()
    }

    /// Reports what a change has built on such a column, or taken from it. Returns the migrations
    /// whose declared contract must have run first.
    pub(crate) fn keep_built(
        &self,
        before: &[Built],
        claims: &[Claim],
        errors: &mut Errors,
    ) -> Vec<String> {
        let mut wait = Vec::new();
        for built in before {
            let Some(after) = self.built_on(&built.hold) else { continue };
            let other = |from: &[(String, String)], to: &[(String, String)]| {
                from.iter().find(|part| !to.contains(part)).map(|(name, _)| name.clone())
            };
            let Some(part) = other(&after, &built.parts).or(other(&built.parts, &after)) else {
                continue;
            };
            match &built.hold.by {
                Author::Earlier(migration) if self.is_declared(&built.hold) => {
                    wait.push(migration.clone());
                }
                by => {
                    let by = match by {
                        Author::Earlier(migration) => format!("`{migration}`"),
                        Author::Present => "this migration".into(),
                    };
                    let span = claims.first().map_or_else(Span::call_site, |claim| claim.span);
                    let object = &built.hold.object;
                    let error =
                        errors.at(span, format_args!("{part} needs {object}, which {by} replaces"));
                    wait_for_contract(&built.hold, error);
                }
            }
        }
        wait
    }

    /// Holds the columns of an index or a constraint that is there until the contract: what takes
    /// their place meanwhile would leave it behind.
    pub(crate) fn hold_under(
        &mut self,
        name: &TableName,
        part: &Object,
        needs: impl Fn(&str) -> bool,
    ) {
        let Some(table) = self.find(name) else { return };
        let columns = table.columns.iter().filter(|column| needs(&column.name.text));
        let columns: Vec<_> = columns.map(|column| Object::column(name, &column.name)).collect();
        for column in columns {
            self.hold(column, Role::Read { by: part.to_string() });
        }
    }

    /// None where the column is gone: that is for its claim to judge.
    fn built_on(&self, hold: &Hold) -> Option<Vec<(String, String)>> {
        let Object::Column(table, column) = &hold.object else { return None };
        let place: ColumnName = syn::parse_str(&format!("{table}.{column:?}")).ok()?;
        let table = self.find(&place.table)?;
        table.column(column)?;
        let named = |kind: &str, name: Option<&crate::syntax::words::name::Name>| {
            format!("{kind} `{}`", name.map_or("", |name| &name.text))
        };
        let mut parts = Vec::new();
        for item in table.constraints.iter().filter(|item| item.needs(column)) {
            parts.push((named("constraint", item.name.as_ref()), item.to_string()));
        }
        for item in table.indexes.iter().filter(|item| item.needs(column)) {
            parts.push((named("index", item.name.as_ref()), item.to_string()));
        }
        for other in &table.columns {
            if let Some(sql) = other.generated.as_ref().filter(|sql| sql.mentions(column)) {
                parts.push((format!("generated column `{}`", other.name), sql.text.clone()));
            }
        }
        for other in self.tables_pointing_at(&place.table) {
            if other.points_at(&place.table, Some(&place.name)) {
                parts.push((format!("a foreign key of `{}`", other.name), String::new()));
            }
        }
        for other in self.holds.iter().filter(|other| other.role == Role::Replaced) {
            let Object::Column(of, name) = &other.object else { continue };
            if *of == place.table.to_string() && name != column && table.needs_both(column, name) {
                parts.push((format!("the change of {}", other.object), String::new()));
            }
        }
        for entity in self.dependents(&place.table, Some(&place.name)) {
            parts.push((entity.object().to_string(), entity.create.join(";")));
        }
        let reads = self.holds.iter().filter(|other| {
            other.object == hold.object
                && matches!(other.role, Role::Synced | Role::Filled)
                && other.by == Author::Present
        });
        parts.extend(reads.map(|_| ("an expression".to_owned(), String::new())).take(1));
        Some(parts)
    }
}
