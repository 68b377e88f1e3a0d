//! Tables, `users { id: bigint identity primary_key, … }`: what `create_table!` takes, and the
//! form in which one migration hands its tables to the next.

use std::borrow::Cow;
use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, braced, parenthesized};

use crate::diag::Errors;
use crate::syntax::indexes::index::Index;
use crate::syntax::indexes::storage::{OF_TABLES, Parameters};
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::constraint::{Constraint, Rule, WORDS};
use crate::syntax::tables::partition::PartitionBy;
use crate::syntax::values::default::Default;
use crate::syntax::words::list::items;
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;

/// A table. Constraints written with a column stand with the table's own.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) name: TableName,
    pub(crate) columns: Vec<Column>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) comment: Option<LitStr>,
    /// Whether its rows are lost when the server crashes.
    pub(crate) unlogged: bool,
    pub(crate) storage: Parameters,
    pub(crate) partition_by: Option<PartitionBy>,
}

impl Table {
    pub(crate) fn new(name: TableName) -> Self {
        Table {
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            unlogged: false,
            storage: Parameters::default(),
            partition_by: None,
        }
    }

    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let ahead = input.fork();
        let unlogged = ahead.call(Ident::parse_any).is_ok_and(|word| word == "unlogged")
            && !ahead.peek(syn::token::Brace)
            && !ahead.peek(Token![.]);
        if unlogged {
            input.call(Ident::parse_any)?;
        }
        let mut table = Table { unlogged, ..Table::new(input.parse()?) };
        let content;
        braced!(content in input);
        items(&content, errors, |input, errors| table.parse_item(input, errors));
        table.key_is_not_null();
        Ok(table)
    }

    fn parse_item(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        if input.peek2(Token![=]) {
            let word = input.call(Ident::parse_any)?;
            if word != "comment" {
                let help = format!("{word}: text, or comment = \"…\"");
                let message = format!("expected a column, found `{word} =`\nhelp: {help}");
                return Err(syn::Error::new(word.span(), message));
            }
            input.parse::<Token![=]>()?;
            self.comment = Some(input.parse()?);
            return Ok(());
        }
        if !input.peek2(syn::token::Paren) || input.peek2(Token![:]) {
            self.add(ColumnDef::parse(input, errors)?);
            return Ok(());
        }
        let word = input.call(Ident::parse_any)?;
        if word == "index" {
            self.indexes.push(Index::parse_item(&word, input, errors)?);
        } else if word == "comment" {
            let content;
            parenthesized!(content in input);
            self.comment = Some(content.parse()?);
        } else if word == "with" {
            let content;
            parenthesized!(content in input);
            self.storage = content.parse()?;
            self.storage.check(OF_TABLES, errors);
        } else if word == "partition_by" {
            let content;
            parenthesized!(content in input);
            self.partition_by = Some(PartitionBy::parse(&content, errors)?);
        } else if WORDS.iter().any(|known| word == known) {
            self.constraints.push(Constraint::parse(&word, input, errors)?);
        } else {
            let message = format!(
                "expected a column `{word}: type` or a constraint, found `{word}(`\n\
                 help: one of `{}`, `index`, `with`, `partition_by`, `comment`",
                WORDS.join("`, `")
            );
            return Err(syn::Error::new(word.span(), message));
        }
        Ok(())
    }

    /// PostgreSQL makes the columns of a primary key NOT NULL by itself.
    fn key_is_not_null(&mut self) {
        let key = self.primary_key().map_or(Vec::new(), |key| key.columns().to_vec());
        for column in self.columns.iter_mut().filter(|column| key.contains(&column.name)) {
            column.not_null = true;
        }
    }

    /// Adds a column, and its constraints to those of the table.
    pub(crate) fn add(&mut self, def: ColumnDef) {
        self.constraints.extend(def.inline);
        self.columns.push(def.column);
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// The names by which other relations may not go: its own, its indexes', its keys'.
    pub(crate) fn relations(&self) -> impl Iterator<Item = &str> {
        let indexes = self.indexes.iter().filter_map(|index| index.name.as_ref());
        let keys = self.constraints.iter().filter(|item| item.has_index());
        let names = indexes.chain(keys.filter_map(|item| item.name.as_ref()));
        [&self.name.name].into_iter().chain(names).map(|name| name.text.as_str())
    }

    pub(crate) fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == *name)
    }

    /// Tells whether a foreign key of it points at a table, or at one column of that.
    pub(crate) fn points_at(&self, table: &TableName, column: Option<&Name>) -> bool {
        self.constraints.iter().filter_map(Constraint::reference).any(|target| {
            target.table == *table && column.is_none_or(|name| target.columns.contains(name))
        })
    }

    /// Tells whether an index of all rows begins with these columns, in whatever order.
    pub(crate) fn is_indexed_by(&self, columns: &[Name]) -> bool {
        let begins = |key: &[Name]| {
            let first = key.get(..columns.len()).unwrap_or_default();
            !first.is_empty() && columns.iter().all(|column| first.contains(column))
        };
        let keys = self.constraints.iter().filter_map(|constraint| match &constraint.rule {
            Rule::PrimaryKey(key) | Rule::Unique(key) => Some(key.clone()),
            _ => None,
        });
        let complete = self.indexes.iter().filter(|index| index.predicate.is_none());
        keys.chain(complete.map(|index| index.leading_columns().cloned().collect()))
            .any(|key| begins(&key))
    }

    /// Tells whether a constraint or an index needs both columns.
    pub(crate) fn needs_both(&self, one: &str, other: &str) -> bool {
        self.constraints.iter().any(|item| item.needs(one) && item.needs(other))
            || self.indexes.iter().any(|item| item.needs(one) && item.needs(other))
    }

    /// The columns of its foreign keys that stand for that column of another table.
    pub(crate) fn columns_pointing_at<'a>(
        &'a self,
        to: &'a ColumnName,
    ) -> impl Iterator<Item = &'a Name> {
        self.constraints.iter().filter_map(move |constraint| match &constraint.rule {
            Rule::ForeignKey { columns, target } if target.table == to.table => {
                let at = target.columns.iter().position(|name| *name == to.name)?;
                columns.get(at)
            }
            _ => None,
        })
    }

    /// Returns what an expression over some columns makes of their defaults, where that is one
    /// value: a default may name no column and hold no query (manual, CREATE TABLE, "DEFAULT").
    pub(crate) fn default_through<'a>(
        &self,
        columns: impl IntoIterator<Item = &'a Column>,
        up: &Sql,
    ) -> Option<Default> {
        let columns: Vec<&Column> = columns.into_iter().collect();
        let names_other = |sql: &Sql, own: &[&Column]| {
            let mut others =
                self.columns.iter().filter(|other| own.iter().all(|one| one.name != other.name));
            others.any(|other| sql.mentions(&other.name.text))
        };
        if up.is_volatile() || up.has_query() || names_other(up, &columns) {
            return None;
        }
        let made = columns.iter().try_fold(up.clone(), |made, column| {
            let default = column.default.as_ref().filter(|default| !default.is_volatile())?;
            let text = format!("cast({} as {})", default.sql(), column.ty.sql);
            let value = Sql { text, span: up.span };
            // A type of another column's name would be taken for that column.
            (!names_other(&value, &[column])).then(|| made.with(&column.name.text, &value.text))
        });
        made.map(Default::expression)
    }

    /// Every type and expression of it, as SQL.
    pub(crate) fn sql(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let columns = self.columns.iter().flat_map(|column| {
            let default = column.default.as_ref().map(|default| Cow::Owned(default.sql()));
            let generated = column.generated.as_ref().map(|sql| Cow::Borrowed(sql.text.as_str()));
            [Some(Cow::Borrowed(column.ty.sql.as_str())), default, generated].into_iter().flatten()
        });
        columns.chain(self.expressions().map(|sql| Cow::Borrowed(sql.text.as_str())))
    }

    /// The expressions of its constraints and indexes.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Sql> {
        let constraints = self.constraints.iter().flat_map(Constraint::expressions);
        constraints.chain(self.indexes.iter().flat_map(Index::expressions))
    }

    /// The expressions that may name the table itself.
    pub(crate) fn expressions_mut(&mut self) -> impl Iterator<Item = &mut Sql> {
        let generated = self.columns.iter_mut().filter_map(|column| column.generated.as_mut());
        let checks =
            self.constraints.iter_mut().filter_map(|constraint| match &mut constraint.rule {
                Rule::Check(sql) => Some(sql),
                _ => None,
            });
        generated.chain(checks).chain(self.indexes.iter_mut().flat_map(Index::expressions_mut))
    }

    /// Gives it this primary key, in the place of the one that it may have.
    pub(crate) fn set_primary_key(&mut self, key: Constraint) {
        self.constraints.retain(|item| !matches!(item.rule, Rule::PrimaryKey(_)));
        self.constraints.insert(0, key);
        self.key_is_not_null();
    }

    /// Reports a unique key that lacks a column of the partition key.
    pub(crate) fn check_unique_key(&self, key: &[Name], span: Span, errors: &mut Errors) {
        let Some(by) = &self.partition_by else { return };
        let note = "PostgreSQL looks for equal rows within a partition alone";
        if by.expressions().next().is_some() {
            errors
                .at(span, format_args!("`{}` is partitioned by an expression", self.name))
                .note(note);
        }
        let missing = || by.columns().filter(|column| !key.contains(column));
        let all: Vec<&str> = key.iter().chain(missing()).map(|name| name.text.as_str()).collect();
        for column in missing() {
            errors
                .at(span, format_args!("a unique key of `{}` must hold `{column}`", self.name))
                .help(format_args!("({})", all.join(", ")))
                .note(note);
        }
    }

    /// Tells whether an index holds all values of this column in their order.
    pub(crate) fn is_led_by(&self, column: &Name) -> bool {
        let keys = self.constraints.iter().filter_map(|constraint| match &constraint.rule {
            Rule::PrimaryKey(key) | Rule::Unique(key) => key.first(),
            _ => None,
        });
        let sorted = self.indexes.iter().filter(|index| {
            let is_btree = index.method.as_ref().is_none_or(|method| *method == *"btree");
            is_btree && index.predicate.is_none()
        });
        keys.chain(sorted.filter_map(|index| index.leading_columns().next()))
            .any(|first| first == column)
    }

    pub(crate) fn primary_key(&self) -> Option<&Constraint> {
        self.constraints.iter().find(|constraint| matches!(constraint.rule, Rule::PrimaryKey(_)))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns.iter().map(Column::to_string);
        let constraints = self.constraints.iter().map(Constraint::to_string);
        let indexes = self.indexes.iter().map(Index::to_string);
        let storage = (!self.storage.is_empty()).then(|| format!("with({})", self.storage));
        let partition = self.partition_by.as_ref().map(PartitionBy::to_string);
        let comment = self.comment.iter().map(|text| format!("comment({:?})", text.value()));
        let items = columns.chain(constraints).chain(indexes).chain(storage).chain(partition);
        let items: Vec<String> = items.chain(comment).collect();
        f.write_str(if self.unlogged { "unlogged " } else { "" })?;
        write!(f, "{} {{ {} }}", self.name, items.join(", "))
    }
}
