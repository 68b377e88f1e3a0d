//! `create_table!(orders { id: bigint identity primary_key, … })`: catalog F1.

use std::collections::BTreeSet;

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema, names};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::sea;
use crate::plan::sql::version;
use crate::plan::{Phase, Step};
use crate::syntax::indexes::index::Index;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::reference::Reference;
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, join};

pub(crate) struct CreateTable {
    table: Table,
}

impl Operation for CreateTable {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let before = errors.count();
        let mut table = Table::parse(input, errors)?;
        // A column that could not be read is said already.
        if table.columns.is_empty() && errors.count() == before {
            errors
                .at(table.name.span(), format_args!("table `{}` has no column", table.name))
                .help(format_args!("{} {{ id: bigint identity primary_key }}", table.name));
        }
        names::complete(&mut table);
        Ok(CreateTable { table })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        for constraint in &self.table.constraints {
            let Rule::ForeignKey { columns, target } = &constraint.rule else { continue };
            let own = columns.iter().filter_map(|name| self.table.column(&name.text));
            schema.assume_key(target, own);
        }
    }

    fn claims(&self) -> Vec<Claim> {
        let table = &self.table.name;
        let mut claims = vec![Object::table(table).at(table.span())];
        let names = self.table.indexes.iter().filter_map(|index| index.name.as_ref());
        claims.extend(names.map(|name| Object::index(table, name).at(name.span)));
        claims
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        let name = &self.table.name;
        if let Some(taken) = schema.relation(name, &name.name.text) {
            errors.at(name.span(), format_args!("{taken} exists already"));
        }
        schema.check_schema(name, errors);
        self.check_names(schema, errors);
        self.check_columns(errors);
        for column in &self.table.columns {
            schema.check_column(column, errors);
        }
        for constraint in &self.table.constraints {
            for column in constraint.named_columns() {
                schema.column_of(&self.table, column, errors);
            }
            self.table.check_unproved(constraint, errors);
            let Rule::ForeignKey { columns, target } = &constraint.rule else { continue };
            self.check_reference(columns, target, schema, errors);
        }
        for column in self.table.indexes.iter().flat_map(Index::columns) {
            schema.column_of(&self.table, column, errors);
        }
        schema.expressions_of(&self.table, &self.table, errors);
        self.check_storage(schema, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let drop = sea::drop_table(&self.table);
        let why = "a new table, with all that belongs to it";
        let newer = self.table.columns.iter().any(|column| column.is_virtual);
        let newer = newer.then(version::require_virtual);
        let step = Step::transaction(Phase::Expand, why, sea::create_table(&self.table)).undo(drop);
        Plan::of(newer.into_iter().chain([step]).collect())
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put(self.table.clone());
        schema.made_now(&self.table.name);
    }
}

impl CreateTable {
    fn check_reference(
        &self,
        columns: &[Name],
        target: &Reference,
        schema: &Schema,
        errors: &mut Errors,
    ) {
        let table = &self.table;
        let own: Vec<&Column> =
            columns.iter().filter_map(|name| table.column(&name.text)).collect();
        if own.len() < columns.len() {
            return;
        }
        if target.table == table.name {
            return schema.reference_to(table, &own, target, errors);
        }
        let before = errors.count();
        schema.reference(&own, target, errors);
        // Tables that point at each other are there in many a database.
        let is_missing = schema.find(&target.table).is_none() && errors.count() > before;
        if let Some(error) = errors.latest().filter(|_| schema.is_baseline && is_missing) {
            let (own, other) = match (columns, target.columns.as_slice()) {
                ([own], [other]) => (format!(".{own}"), format!(".{other}")),
                (own, other) => (format!("({})", join(own)), format!("({})", join(other))),
            };
            error.help(format_args!(
                "add_foreign_key!({}{own} => {}{other}); after both, if it is made later",
                table.name, target.table
            ));
        }
    }

    fn check_storage(&self, schema: &Schema, errors: &mut Errors) {
        let table = &self.table;
        let Some(by) = &table.partition_by else { return };
        if let Some(parameter) = table.storage.iter().next() {
            errors
                .at(parameter.span, "a partitioned table holds no rows itself")
                .note("storage parameters are for its partitions");
        }
        for column in by.columns() {
            schema.column_of(table, column, errors);
        }
        let keys = table.constraints.iter().filter(|item| item.has_index());
        for key in keys {
            table.check_unique_key(key.columns(), key.span, errors);
        }
        for index in table.indexes.iter().filter(|index| index.unique) {
            let columns: Vec<Name> = index.key_columns().cloned().collect();
            table.check_unique_key(&columns, index.span, errors);
        }
    }

    fn check_columns(&self, errors: &mut Errors) {
        let columns = &self.table.columns;
        for (at, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..at].iter().find(|other| other.name == column.name) {
                let message = format!("column `{}` is given twice", column.name);
                errors.at(first.name.span, &message);
                errors.at(column.name.span, &message);
            }
        }
        let keys = |rule: &Rule| matches!(rule, Rule::PrimaryKey(_));
        let mut keys = self.table.constraints.iter().filter(|constraint| keys(&constraint.rule));
        if let (Some(first), Some(second)) = (keys.next(), keys.next()) {
            let message = "a table has one primary key";
            errors.at(first.span, message);
            errors
                .at(second.span, message)
                .help("for a key of several columns: `primary_key(a, b)` as an item of its own");
        }
    }

    /// Indexes, those of constraints too, share one name space with tables; constraints of one
    /// table have another.
    fn check_names(&self, schema: &Schema, errors: &mut Errors) {
        let constraints = &self.table.constraints;
        let keys = constraints
            .iter()
            .filter(|item| item.has_index())
            .filter_map(|item| item.name.as_ref());
        let indexes = self.table.indexes.iter().filter_map(|item| item.name.as_ref());
        for name in keys.chain(indexes.clone()) {
            if let Some(taken) = schema.relation(&self.table.name, &name.text) {
                errors.at(name.span, format_args!("{taken} exists already"));
            }
        }
        let mut seen = BTreeSet::new();
        for name in constraints.iter().filter_map(|item| item.name.as_ref()).chain(indexes) {
            if !seen.insert(name.text.clone()) {
                errors.at(name.span, format_args!("name `{name}` is given twice"));
            }
        }
    }
}
