//! What is built on a column whose type changes, and what of it cannot go over to another.

use syn::LitStr;

use super::ChangeType;
use crate::diag::Errors;
use crate::model::Schema;
use crate::plan::swap::casts::{self, Cast};
use crate::plan::swap::column::Part;
use crate::plan::swap::conversion::Conversion;
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::key::KeyValue;
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::example;
use crate::syntax::values::types::Family;
use crate::syntax::words::name::{ColumnName, Name};
use crate::syntax::words::sql::Sql;

const MAY_BE_EQUAL: &str = "`up` and `down` read more than the column, or others point at it: \
     what keeps its values apart would not keep those apart that are made of them";

impl ChangeType {
    /// Reports what is stated beside the type, and would be passed over.
    pub(super) fn check_stated(&self, old: &Column, errors: &mut Errors) {
        let stated = &self.def.column;
        let other = (stated.not_null && !old.not_null)
            || stated.identity.is_some()
            || stated.generated.is_some()
            || stated.comment.is_some()
            || !self.def.inline.is_empty();
        if other {
            errors
                .at(
                    self.target.span(),
                    "a change of type takes `default` and `collate` alone beside it",
                )
                .help("a change of its own, after the contract of this one");
        }
        if old.identity.is_some() && !matches!(stated.ty.family, Family::Integer { .. }) {
            errors
                .at(
                    stated.ty.span,
                    format_args!("an identity column is an integer, not `{}`", stated.ty),
                )
                .help("bigint");
        }
        let collation = |column: &Column| column.collate.as_ref().map(LitStr::value);
        let same = stated.ty == old.ty
            && (stated.collate.is_none() || collation(stated) == collation(old));
        if same && self.up.is_none() {
            errors.at(
                stated.ty.span,
                format_args!("column `{}` is `{}` already", self.target.name, old.ty),
            );
        }
    }

    pub(super) fn check_generated(part: &Part, name: &ColumnName, errors: &mut Errors) {
        let span = name.name.span;
        if part.old.generated.is_some() {
            errors
                .at(span, format_args!("column `{name}` is generated"))
                .note("PostgreSQL computes it, and rewrites the table to change what it computes");
        }
        for other in &part.table.columns {
            if other.generated.as_ref().is_some_and(|sql| sql.mentions(&name.name.text)) {
                errors
                    .at(
                        span,
                        format_args!("generated column `{}` needs column `{name}`", other.name),
                    )
                    .note("PostgreSQL changes no type under a generated column");
            }
        }
    }

    /// A default that `up` makes nothing of would be gone at the switch.
    pub(super) fn check_default(&self, part: &Part, errors: &mut Errors) {
        let (Some(default), None) = (&part.old.default, &part.new.default) else { return };
        let ty = &self.def.column.ty;
        errors
            .at(ty.span, format_args!("`up` makes no default of {}", default.sql()))
            .help(format_args!("{}: {ty} default {}", self.target.name, example(ty)))
            .note("it would be gone at the switch, and an insert without the column would fail");
    }

    /// The columns that point at this one have to be of its type, so they are named as well: a
    /// reader of the line sees all that changes.
    pub(super) fn check_with(&self, schema: &Schema, errors: &mut Errors) {
        let wanted = schema.columns_pointing_at(&self.target.name);
        for name in &self.with {
            if schema.column(name, errors).is_some()
                && !wanted.iter().any(|other| same(other, name))
            {
                errors.at(
                    name.name.span,
                    format_args!("no foreign key goes from `{name}` to `{}`", self.target.name),
                );
            }
        }
        for (at, name) in self.with.iter().enumerate() {
            let table = schema.find(&name.table);
            let both = |other: &&ColumnName| {
                let needs = |table: &Table| table.needs_both(&name.name.text, &other.name.text);
                other.table == name.table && table.is_some_and(needs)
            };
            let mut before = std::iter::once(&self.target.name).chain(&self.with[..at]);
            if let Some(other) = before.find(both) {
                errors
                    .at(
                        name.name.span,
                        format_args!("a constraint or an index needs both `{name}` and `{other}`"),
                    )
                    .help("drop it first and add it again after the contract")
                    .note(
                        "each column gets a copy of what needs it, and a copy has one new column",
                    );
            }
        }
        let missing = wanted.iter().find(|other| !self.with.iter().any(|name| same(other, name)));
        if let Some(missing) = missing {
            let all: Vec<String> = wanted.iter().map(ColumnName::to_string).collect();
            errors
                .at(
                    self.target.span(),
                    format_args!(
                        "`{missing}` points at `{}`, and changes with it",
                        self.target.name
                    ),
                )
                .help(format_args!("with({})", all.join(", ")))
                .note("a foreign key goes between columns of one type");
        }
    }

    /// Reports what is built on the column, and would not mean the same on the new type.
    pub(super) fn check_built(
        &self,
        schema: &Schema,
        part: &Part,
        convert: &Conversion,
        errors: &mut Errors,
    ) {
        let Part { table, old, new, .. } = part;
        let column = &old.name.text;
        let is_stated = matches!(convert, Conversion::Stated { .. });
        let is_own = self.is_of_column_alone(part);
        let same_meaning = !is_stated
            && matches!(
                casts::cast(&old.ty, &new.ty),
                Cast::InPlace | Cast::Lossless { same_meaning: true }
            );
        for item in part.constraints() {
            match &item.rule {
                // A value that the old type has no room for is NULL in it, until the contract.
                Rule::Unique(_) if item.terms.nulls_not_distinct => {
                    let why = "a value that the other type has no room for is null until the contract, and two nulls are equal here";
                    self.refuse("constraint", item.name.as_ref(), why, errors);
                }
                Rule::Exclude(_) => {
                    let why = "PostgreSQL builds an exclusion constraint while nobody can write";
                    self.refuse("constraint", item.name.as_ref(), why, errors);
                }
                Rule::Check(_) if !same_meaning => {
                    let why = "the same words may say something else of the new values";
                    self.refuse("constraint", item.name.as_ref(), why, errors);
                }
                Rule::Unique(_) | Rule::PrimaryKey(_) if is_stated && !is_own => {
                    self.refuse("constraint", item.name.as_ref(), MAY_BE_EQUAL, errors);
                }
                Rule::ForeignKey { .. } => self.check_parent(schema, item, new, errors),
                Rule::Check(_) | Rule::Unique(_) | Rule::PrimaryKey(_) => {}
            }
        }
        for item in table.indexes.iter().filter(|item| item.needs(column)) {
            let needs_meaning = !same_meaning && names_in_expression(item, column);
            let is_text = |column: &Column| matches!(column.ty.family, Family::Text { .. });
            let needs_class = !(is_text(old) && is_text(new)) && has_class(item, column);
            let may_be_equal = is_stated && item.unique && !is_own;
            if needs_meaning || needs_class || may_be_equal {
                let why = if may_be_equal {
                    MAY_BE_EQUAL
                } else {
                    "its expression or its operator class is about the old type"
                };
                self.refuse("index", item.name.as_ref(), why, errors);
            }
        }
    }

    /// Tells whether nothing else decides what becomes of a value, and nothing but the column holds
    /// it.
    fn is_of_column_alone(&self, part: &Part) -> bool {
        let others = part.table.columns.iter().filter(|other| other.name != part.old.name);
        let mut names: Vec<&str> = others.map(|other| other.name.text.as_str()).collect();
        names.push(&part.table.name.name.text);
        let column = &part.old.name.text;
        let reads_more = |sql: &Sql| {
            // One that is qualified has nothing else put into its place.
            let is_qualified = sql.with(column, "null").times_named(column) > 0;
            is_qualified
                || sql.has_query()
                || sql.is_volatile()
                || names.iter().any(|name| sql.mentions(name))
        };
        self.with.is_empty() && !self.up.iter().chain(&self.down).any(reads_more)
    }

    fn refuse(&self, kind: &str, name: Option<&Name>, why: &str, errors: &mut Errors) {
        let Some(name) = name else { return };
        let (ty, on) = (&self.def.column.ty, &self.target.name.table);
        let drop = match (kind, &on.schema) {
            ("constraint", _) => format!("drop_constraint!({on}.{name});"),
            (_, Some(schema)) => format!("drop_index!({schema}.{name});"),
            (_, None) => format!("drop_index!({name});"),
        };
        errors
            .at(ty.span, format_args!("`{name}` needs the column, and may not hold on `{ty}`"))
            .help(format_args!("{drop} first, and add it again after the contract of this one"))
            .note(why);
    }

    /// The other end has to change too.
    fn check_parent(&self, schema: &Schema, key: &Constraint, new: &Column, errors: &mut Errors) {
        let Rule::ForeignKey { columns, target } = &key.rule else { return };
        let at = columns.iter().position(|name| *name == new.name);
        let Some(to) = at.and_then(|at| target.columns.get(at)) else { return };
        let to = ColumnName { table: target.table.clone(), name: to.clone() };
        let parent = schema.find(&to.table).and_then(|table| table.column(&to.name.text));
        let changes = self.columns().any(|name| same(name, &to));
        if let Some(parent) = parent.filter(|parent| parent.ty != new.ty && !changes) {
            let (ty, name) = (&self.def.column.ty, &self.target.name);
            errors
                .at(ty.span, format_args!("`{name}` points at `{to}`, which is `{}`", parent.ty))
                .help(format_args!("change_type!({to}: {ty}, with({name}));"));
        }
    }
}

/// Tells whether the index compares the column in a way of its own, which is one type's.
fn has_class(index: &Index, column: &str) -> bool {
    index.keys.iter().any(|key| {
        matches!(&key.value, KeyValue::Column(name) if name == column)
            && (key.opclass.is_some() || key.collate.is_some())
    })
}

fn names_in_expression(index: &Index, column: &str) -> bool {
    index.expressions().any(|sql| sql.mentions(column))
}

fn same(one: &ColumnName, other: &ColumnName) -> bool {
    one.table == other.table && one.name == other.name
}
