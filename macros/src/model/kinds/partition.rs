//! Partitions: entities on the table that they are of, because they have its columns.

use crate::diag::Errors;
use crate::model::Schema;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::indexes::key::{Key, KeyValue};
use crate::syntax::tables::partition::{Bound, PartitionBy, Rows, Value};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

/// How the bound of the partition is written that takes the rows which no other takes.
const REST: &str = "default";

impl Schema {
    /// A partitioned table with its key, and the error that another table gives.
    pub(crate) fn partitioned<'a>(
        &'a self,
        name: &TableName,
        errors: &mut Errors,
    ) -> Option<(&'a Table, &'a PartitionBy)> {
        let table = self.table(name, errors)?;
        if table.partition_by.is_none() {
            errors
                .at(name.span(), format_args!("table `{name}` is not partitioned"))
                .help(format_args!("partition_table!({name}, by range(…), …); first"));
        }
        Some((table, table.partition_by.as_ref()?))
    }

    /// Tells whether the present migration partitions a table that was there: in Migrate, so that what is
    /// for a partitioned table comes no sooner.
    pub(crate) fn is_partitioned_now(&self, table: &TableName) -> bool {
        let found = self.found.get(&table.to_string()).and_then(Option::as_ref);
        found.is_some_and(|found| found.partition_by.is_none())
    }

    /// The other tables whose foreign keys point at a table.
    pub(crate) fn pointing_tables(&self, to: &TableName) -> Vec<TableName> {
        let pointing = self.tables_pointing_at(to).filter(|table| table.points_at(to, None));
        pointing.filter(|table| table.name != *to).map(|table| table.name.clone()).collect()
    }

    pub(crate) fn partitions<'a>(
        &'a self,
        parent: &'a TableName,
    ) -> impl Iterator<Item = &'a Entity> {
        self.entities(Kind::Partition).filter(move |entity| entity.on.as_ref() == Some(parent))
    }

    /// Tells whether this table, by its name in SQL, has partitions in the model.
    pub(crate) fn has_partitions(&self, quoted: &str) -> bool {
        let mut parents = self.entities(Kind::Partition).filter_map(|entity| entity.on.as_ref());
        parents.any(|parent| parent.quoted() == quoted)
    }

    /// Reports values of a bound that an enum does not have.
    pub(crate) fn check_bound(
        &self,
        table: &Table,
        by: &PartitionBy,
        bound: &Bound,
        errors: &mut Errors,
    ) {
        let mut check = |key: Option<&Key>, value: &Value| {
            let (Some(KeyValue::Column(name)), Value::Literal(text)) =
                (key.map(|key| &key.value), value)
            else {
                return;
            };
            let Some(column) = table.column(&name.text) else { return };
            let sql = Sql { text: text.clone(), span: bound.span };
            self.check_literal(&column.ty, &sql, errors);
        };
        match &bound.rows {
            Rows::List(values) => values.iter().for_each(|value| check(by.keys.first(), value)),
            Rows::Range { from, to } => {
                for (at, value) in from.iter().enumerate().chain(to.iter().enumerate()) {
                    check(by.keys.get(at), value);
                }
            }
            Rows::Hash { .. } | Rows::Rest => {}
        }
    }

    /// The partition that takes the rows which no other takes.
    pub(crate) fn rest_of<'a>(&'a self, parent: &'a TableName) -> Option<&'a TableName> {
        let is_rest = |entity: &&Entity| matches!(&entity.definition, Definition::Partition { bound } if bound == REST);
        self.partitions(parent).find(is_rest).map(|entity| &entity.name)
    }

    /// The table that this is a partition of.
    pub(crate) fn parent_of_partition(&self, name: &TableName) -> Option<&TableName> {
        let mut partitions = self.entities(Kind::Partition);
        partitions.find(|entity| entity.name == *name)?.on.as_ref()
    }

    pub(crate) fn put_partition(&mut self, name: &TableName, parent: &TableName, bound: &Bound) {
        let bound = bound.sql();
        let create =
            format!("create table {} partition of {} {bound}", name.quoted(), parent.quoted());
        self.put_entity(Entity {
            kind: Kind::Partition,
            name: name.clone(),
            on: Some(parent.clone()),
            create: vec![create],
            definition: Definition::Partition { bound },
        });
    }

    pub(crate) fn remove_partition(&mut self, name: &TableName) {
        self.entities.retain(|entity| entity.kind != Kind::Partition || entity.name != *name);
    }

    /// The rule by which a table's partitions come and go, where it has one.
    pub(crate) fn partition_rule(&self, table: &TableName) -> Option<&Entity> {
        self.find_entity(Kind::PartitionRule, table, Some(table))
    }

    /// Gives a table another rule, or none.
    pub(crate) fn put_partition_rule(&mut self, table: &TableName, rule: Option<String>) {
        self.entities.remove(table, |entity| entity.kind == Kind::PartitionRule);
        self.entities.extend(rule.map(|written| Entity {
            kind: Kind::PartitionRule,
            name: table.clone(),
            on: Some(table.clone()),
            create: Vec::new(),
            definition: Definition::PartitionRule { written },
        }));
    }

    /// Reports a table that goes, or gets another name, although a rule would go on under this one.
    pub(crate) fn has_no_partition_rule(&self, table: &TableName, errors: &mut Errors) {
        if let Some(rule) = self.partition_rule(table) {
            errors
                .at(
                    table.span(),
                    format_args!("the partitions of `{table}` are kept: {}", rule.rule()),
                )
                .help(format_args!("keep_partitions!({table}, none); before it"))
                .note("builds that are live keep them under this name");
        }
    }

    /// A partitioned table of which a change outside any history says its name, and perhaps its
    /// key.
    pub(crate) fn assume_partitioned(&mut self, name: &TableName, key: Option<&Name>) {
        self.assume(name, []);
        let mut by = PartitionBy::unstated(name.span());
        by.keys.extend(key.map(|key| Key::of(KeyValue::Column(key.clone()))));
        self.alter(name, |table| table.partition_by = Some(by));
    }
}
