//! What a trigger needs of the schema.

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::entity::{Entity, Kind};
use crate::model::expression::Clause;
use crate::syntax::column::ColumnDef;
use crate::syntax::name::TableName;
use crate::syntax::trigger::{Each, Trigger};

impl Schema {
    /// Reports what a trigger names and is not there, or is not fit for it.
    pub(crate) fn trigger(&self, trigger: &Trigger, errors: &mut Errors) {
        let function = &trigger.function;
        if let Some(entity) = self.function(function, &[], errors)
            && entity.parts.get(1).is_none_or(|returns| returns != "trigger")
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

    /// Reports a name that no table and no view has.
    pub(crate) fn table_or_view(&self, name: &TableName, errors: &mut Errors) -> Option<()> {
        if self.find_entity(Kind::View, name, None).is_some() {
            return Some(());
        }
        self.table(name, errors).map(drop)
    }

    /// What a trigger outside any history says of the schema.
    pub(crate) fn assume_trigger(&mut self, trigger: &Trigger) {
        let columns = trigger.events.iter().flat_map(|event| event.columns.clone());
        if trigger.timing == "instead of" {
            self.put_entity(Entity::assumed(Kind::View, &trigger.table, None));
        } else {
            self.assume(&trigger.table, columns.map(ColumnDef::bare));
        }
        let mut function = Entity::assumed(Kind::Function, &trigger.function, None);
        function.parts = vec![String::new(), "trigger".into()];
        self.put_entity(function);
    }
}
