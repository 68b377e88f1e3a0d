//! Whether a table of the schema can become partitioned.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::{Kind, Schema};
use crate::plan::partitioned::swap::FROM_PARTITIONED;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::partition::{Bound, Method, PartitionBy};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName, join};

const UNIQUE: &str = "PostgreSQL looks for equal rows within a partition alone";

/// A table, its key, and the bound of the partition that holds all its rows.
pub(crate) struct Fit<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) table: &'a Table,
    pub(crate) by: &'a PartitionBy,
    pub(crate) bound: &'a Bound,
    pub(crate) partition: &'a TableName,
    pub(crate) span: Span,
}

impl Fit<'_> {
    pub(crate) fn check(&self, errors: &mut Errors) {
        if self.by.method == Method::Hash {
            errors
                .at(self.by.span, "by hash the rows of a table belong to several partitions")
                .help("range or list, or create_table!(… { …, partition_by(hash(…)) }); and move_rows!(…);")
                .note("its rows stay where they are, in one partition");
            return;
        }
        self.check_table(errors);
        self.check_key(errors);
        for item in &self.table.constraints {
            self.check_constraint(item, errors);
        }
        for index in self.table.indexes.iter().filter(|index| index.unique) {
            let columns: Vec<Name> = index.key_columns().cloned().collect();
            self.check_unique(&columns, errors, |all| {
                let name = index.name.as_ref().map_or("", |name| &name.text);
                format!(
                    "replace_index!({name} => {}({all}), unique); in a migration before it",
                    self.table.name
                )
            });
        }
        self.check_pointing(errors);
        self.check_readers(errors);
        self.check_parts(errors);
    }

    fn check_table(&self, errors: &mut Errors) {
        let (table, name) = (self.table, &self.table.name);
        if table.partition_by.is_some() {
            errors
                .at(self.span, format_args!("table `{name}` is partitioned already"))
                .help(format_args!("create_partition!({} of {name}, …);", self.partition));
        }
        if table.unlogged {
            errors
                .at(self.span, format_args!("table `{name}` is unlogged"))
                .help(format_args!("set_logged!({name}, direct(…)); in a migration before it"))
                .note("a partitioned table is logged, and so is each partition that comes");
        }
        if self.partition.schema() != name.schema() {
            let help = TableName { schema: name.schema.clone(), name: self.partition.name.clone() };
            errors
                .at(self.partition.span(), "the old table stays in its schema")
                .help(format_args!("{help}"));
        }
    }

    fn check_key(&self, errors: &mut Errors) {
        let columns: Vec<Name> = self.by.columns().cloned().collect();
        for column in &columns {
            let Some(column) = self.schema.column_of(self.table, column, errors) else { continue };
            let name = &column.name;
            let span = columns.iter().find(|key| *key == name).map_or(self.span, |key| key.span);
            let filled = |entity: &Entity| {
                matches!(&entity.definition,
                Definition::Generated { column, .. } if *name == **column)
            };
            let is_filled = self.on_table(Kind::Trigger).any(filled);
            if column.generated.is_some() || is_filled {
                errors
                    .at(span, format_args!("column `{name}` is generated"))
                    .help("a column that clients fill, or a default")
                    .note("PostgreSQL has to know the partition before it computes the column");
            }
            if !column.not_null && !self.bound.is_rest() {
                errors
                    .at(span, format_args!("column `{name}` may be null"))
                    .help(format_args!(
                        "set_not_null!({}.{name}); in a migration before it",
                        self.table.name
                    ))
                    .note("no partition but `default` takes a row without it");
            }
        }
        for sql in self.by.expressions() {
            self.schema.expression(self.table, sql, errors);
        }
    }

    fn check_constraint(&self, item: &Constraint, errors: &mut Errors) {
        let table = &self.table.name;
        let name = item.name.as_ref().map_or("", |name| &name.text);
        if item.terms.not_valid {
            errors
                .at(self.span, format_args!("constraint `{name}` of `{table}` is not valid"))
                .help(format_args!("{} in a migration before it", item.proving(table)));
        }
        if item.terms.no_inherit {
            errors
                .at(self.span, format_args!("check `{name}` of `{table}` holds for no partition"))
                .help(format_args!("add_check!({table}, …); without `no_inherit`, then drop_constraint!({table}.{name}); and its contract"));
        }
        match &item.rule {
            Rule::Exclude(_) => {
                errors
                    .at(self.span, format_args!("`{table}` has exclusion constraint `{name}`"))
                    .help(format_args!("drop_constraint!({table}.{name}); and its contract first"))
                    .note("before 17 a partitioned table has none, and later one within each partition alone");
            }
            Rule::PrimaryKey(key) => self.check_unique(key, errors, |all| {
                format!("change_primary_key!({table}({all})); in a migration before it, and its contract")
            }),
            Rule::Unique(key) => self.check_unique(key, errors, |all| {
                format!("add_unique!({table}({all})); in a migration before it, then drop_constraint!({table}.{name}); and its contract")
            }),
            Rule::ForeignKey { target, .. } if target.table == *table => {
                errors
                    .at(self.span, format_args!("foreign key `{name}` of `{table}` points at `{table}` itself"))
                    .help(format_args!("drop_constraint!({table}.{name}); and its contract first"));
            }
            Rule::Check(_) | Rule::ForeignKey { .. } => {}
        }
    }

    /// Reports a key that lacks a column of the partition key.
    fn check_unique(&self, key: &[Name], errors: &mut Errors, help: impl Fn(&str) -> String) {
        let columns = join(key);
        if let Some(sql) = self.by.expressions().next() {
            errors
                .at(
                    sql.span,
                    format_args!(
                        "`{}({columns})` is unique, and the partition key an expression",
                        self.table.name
                    ),
                )
                .help("a column, which the key holds")
                .note(UNIQUE);
        }
        let missing: Vec<&Name> =
            self.by.columns().filter(|column| !key.contains(column)).collect();
        let all: Vec<Name> = key.iter().chain(missing.iter().copied()).cloned().collect();
        for column in missing {
            errors
                .at(
                    column.span,
                    format_args!(
                        "the unique key `{}({columns})` lacks `{column}`",
                        self.table.name
                    ),
                )
                .help(help(&join(&all)))
                .note(UNIQUE);
        }
    }

    /// Reports foreign keys that cannot go over to another table.
    fn check_pointing(&self, errors: &mut Errors) {
        let name = &self.table.name;
        for (from, item) in incoming(self.schema, name) {
            let constraint = item.name.as_ref().map_or("", |name| &name.text);
            let table = self.schema.find(&from);
            let to = item.reference().map_or(&[][..], |target| &target.columns);
            if let Some(column) = self.by.columns().find(|column| !to.contains(column)) {
                errors
                    .at(
                        column.span,
                        format_args!(
                            "foreign key `{constraint}` of `{from}` points at `{name}({})`",
                            join(to)
                        ),
                    )
                    .help(format_args!(
                        "drop_constraint!({from}.{constraint}); and its contract first, or one that \
                         points at a key with `{column}`"
                    ))
                    .note("a foreign key points at a unique key, and that has to hold the partition key");
            }
            if table.is_some_and(|table| table.partition_by.is_some()) {
                errors
                    .at(
                        self.span,
                        format_args!(
                            "foreign key `{constraint}` of partitioned table `{from}` points at it"
                        ),
                    )
                    .help(format_args!(
                        "drop_constraint!({from}.{constraint}); and its contract first"
                    ))
                    .note(FROM_PARTITIONED);
            }
        }
    }

    /// Reports what reads the table and cannot go over to another.
    fn check_readers(&self, errors: &mut Errors) {
        let name = &self.table.name;
        for view in
            self.schema.dependents(name, None).filter(|it| it.kind == Kind::MaterializedView)
        {
            errors
                .at(self.span, format_args!("{} reads `{name}`", view.object()))
                .help(format_args!(
                    "{} and its contract first, and make it again behind it",
                    view.drop_macro()
                ))
                .note("PostgreSQL lets no materialized view read another table");
        }
    }

    /// Reports what the table has, and no partitioned table can have.
    fn check_parts(&self, errors: &mut Errors) {
        let name = &self.table.name;
        let has_tables =
            |sql: &String| sql.contains("\n  referencing") && sql.contains("\n  for each row");
        for trigger in self.on_table(Kind::Trigger).filter(|it| it.create.iter().any(has_tables)) {
            errors
                .at(
                    self.span,
                    format_args!("{} sees all rows of a statement, for each row", trigger.object()),
                )
                .help("each = statement")
                .note("PostgreSQL has no such trigger on a partitioned table");
        }
        let identity = self.schema.replica_identity(name);
        if identity.is_some_and(|it| matches!(it.definition, Definition::ReplicaIdentity { .. })) {
            errors
                .at(self.span, format_args!("an index is the replica identity of `{name}`"))
                .help(format_args!(
                    "set_replica_identity!({name}, full); or default, in a migration before it"
                ));
        }
    }

    fn on_table(&self, kind: Kind) -> impl Iterator<Item = &Entity> {
        self.schema.entities(kind).filter(|entity| entity.on.as_ref() == Some(&self.table.name))
    }
}

/// The foreign keys of other tables that point at one.
pub(crate) fn incoming(schema: &Schema, to: &TableName) -> Vec<(TableName, Constraint)> {
    let tables = schema.tables_pointing_at(to).filter(|table| table.name != *to);
    let keys = tables.flat_map(|table| {
        let keys = table.constraints.iter().filter(|item| item.parent() == Some(to));
        keys.map(|item| (table.name.clone(), item.clone()))
    });
    keys.collect()
}
