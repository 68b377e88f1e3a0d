//! What a trigger needs of the schema.

use crate::diag::Errors;
use crate::model::expressions::expression::Clause;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Role, Schema};
use crate::syntax::objects::trigger::{Each, Trigger};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::values::extension;
use crate::syntax::words::name::{Name, TableName};

impl Schema {
    /// Reports what a trigger names and is not there, or is not fit for it.
    pub(crate) fn trigger(&self, trigger: &Trigger, errors: &mut Errors) {
        let function = &trigger.function;
        if !self.may_be_brought(function, errors)
            && let Some(entity) = self.function(function, &[], errors)
            && entity.returns() != "trigger"
        {
            errors
                .at(
                    function.span(),
                    format_args!("function `{function}` does not return `trigger`"),
                )
                .help(format_args!("create_function!({function}() returns trigger, …);"));
        }
        if self.table_or_view(&trigger.table, errors).is_none() {
            return;
        }
        let Some(table) = self.find(&trigger.table) else {
            if trigger.timing != "instead of" && trigger.each == Each::Row {
                let message = "a view's trigger for each row fires instead of the write";
                errors.at(trigger.table.span(), message).help("instead_of(…)");
            }
            return;
        };
        if trigger.timing == "instead of" {
            errors
                .at(trigger.table.span(), "`instead_of` is for views")
                .help("before(…), with a function that returns null");
        }
        for column in trigger.events.iter().flat_map(|event| &event.columns) {
            self.column_of(table, column, errors);
        }
        if let Some(when) = &trigger.when {
            self.clause(Clause::When, table, when, errors);
        }
    }

    /// Tells whether a trigger's function may be none of the model: PostgreSQL's own, an extension's, one
    /// that raw SQL has made, one of a schema that no migration makes.
    fn may_be_brought(&self, function: &TableName, errors: &mut Errors) -> bool {
        const OWN: [&str; 3] = [
            "suppress_redundant_updates_trigger",
            "tsvector_update_trigger",
            "tsvector_update_trigger_column",
        ];
        if self.functions(function).next().is_some() {
            return false;
        }
        let name = function.name.text.as_str();
        if function.schema.is_none() && OWN.contains(&name) {
            errors
                .at(function.span(), format_args!("`{name}` is a function of PostgreSQL's own"))
                .help(format_args!("pg_catalog.{name}"));
            return true;
        }
        let made = |schema: &str| {
            let mut schemas = self.entities(Kind::Schema);
            schemas.any(|entity| entity.name.name == *schema)
        };
        let is_of_extension = self.entities(Kind::Extension).any(|it| {
            it.brought_into() == function.schema()
                && extension::may_bring_trigger(&it.name.name.text, name)
        });
        let raw = TableName { schema: None, name: function.name.clone() };
        is_of_extension
            || self.find_entity(Kind::Other, &raw, None).is_some()
            || function.schema.as_ref().is_some_and(|schema| !made(&schema.text))
    }

    /// Reports a name that no table and no view has.
    pub(crate) fn table_or_view(&self, name: &TableName, errors: &mut Errors) -> Option<()> {
        if self.find_entity(Kind::View, name, None).is_some() || self.is_made_in_baseline(name) {
            return Some(());
        }
        self.table(name, errors).map(drop)
    }

    /// Lets the triggers of a table that list one of these columns list those that take their place.
    pub(crate) fn relist(&mut self, table: &TableName, old: &[&Name], new: &[&Name]) {
        let is_old = |column: &String| old.iter().any(|name| name.quoted() == *column);
        let lists_old = |entity: &Entity| {
            entity.kind == Kind::Trigger
                && entity.on.as_ref() == Some(table)
                && entity.columns().iter().any(is_old)
        };
        self.entities.alter(lists_old, |trigger| {
            let mut columns: Vec<String> =
                trigger.columns().iter().filter(|column| !is_old(column)).cloned().collect();
            columns.extend(new.iter().map(|name| name.quoted()));
            let lists =
                [trigger.columns(), &columns].map(|list| format!(" of {}", list.join(", ")));
            // A name may hold anything: the list stands behind it.
            let name = format!("create trigger {}", trigger.name.name.quoted());
            for sql in &mut trigger.create {
                if let Some(rest) = sql.strip_prefix(&name) {
                    *sql = format!("{name}{}", rest.replacen(&lists[0], &lists[1], 1));
                }
            }
            trigger.definition = Definition::Trigger { columns };
        });
    }

    /// The columns of a table that are kept equal to others, each with one that it replaces.
    pub(crate) fn kept_equal(&self, table: &TableName) -> Vec<(Name, Name)> {
        let on = Object::table(table).to_string();
        let replaced =
            self.all_holds().into_iter().filter_map(|hold| match (&hold.object, &hold.role) {
                (Object::Column(of, old), Role::Retiring { successor: Some(new) })
                    if Object::Table(of.clone()).to_string() == on =>
                {
                    Some(new.split(", ").map(move |new| (Name::new(new), Name::new(old.as_str()))))
                }
                _ => None,
            });
        replaced.flatten().collect()
    }

    /// Assumes what a trigger outside any history says of the schema.
    pub(crate) fn assume_trigger(&mut self, trigger: &Trigger) {
        let columns = trigger.events.iter().flat_map(|event| event.columns.clone());
        if trigger.timing == "instead of" {
            self.put_entity(Entity::assumed(Kind::View, &trigger.table, None));
        } else {
            self.assume(&trigger.table, columns.map(ColumnDef::bare));
        }
        self.put_entity(Entity::assumed_function(&trigger.function, String::new(), "trigger"));
    }
}
