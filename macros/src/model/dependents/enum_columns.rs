//! The columns that hold the values of an enum.

use proc_macro2::Span;

use crate::diag::Errors;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Claim, Facet, Object, Role, Schema, names};
use crate::syntax::tables::column::Column;
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::values::default::{Default, literal};
use crate::syntax::words::lexer::{Token, tokens};
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;

/// A column that has an enum's type, or an array of it.
pub(crate) struct Holder {
    pub(crate) table: TableName,
    pub(crate) column: Column,
}

impl Schema {
    /// Reports a value that an enum does not have.
    pub(crate) fn check_value(&self, name: &TableName, value: &Name, errors: &mut Errors) {
        let labels = self.find_entity(Kind::Enum, name, None).map(Entity::live_labels);
        let labels = labels.unwrap_or_default();
        if !labels.contains(&value.text) && !self.may_be_unread(value) {
            errors
                .at(value.span, format_args!("enum `{name}` has no value `{value}`"))
                .nearest(&value.text, labels.iter().map(String::as_str));
        }
    }

    /// The columns that may hold a value, and errors for what no other value can take over.
    pub(crate) fn holders_of(&self, value: &ColumnName, errors: &mut Errors) -> Vec<Holder> {
        let (name, span) = (&value.table, value.name.span);
        let holders = self.columns_with(name);
        if holders.is_empty() {
            errors
                .at(span, format_args!("no column of the history has enum `{name}`"))
                .help(format_args!("drop_enum!({name}); and another with the values that stay"));
        }
        for domain in self.entities(Kind::Domain).filter(|other| other.mentions(&name.name.text)) {
            errors.at(span, format_args!("{} has enum `{name}`", domain.object()));
        }
        for holder in &holders {
            if let Some(table) = self.find(&holder.table) {
                check_built(table, &holder.column.name, value, errors);
                let check = holder.check(&value.name);
                if table.constraints.iter().any(|item| item.name.as_ref() == Some(&check)) {
                    errors.at(span, format_args!("constraint `{check}` exists already"));
                }
            }
        }
        holders
    }

    /// The columns that may hold a value, as what a change of it alters.
    pub(crate) fn claims_on_holders(&self, value: &ColumnName) -> Vec<Claim> {
        let holders = self.columns_with(&value.table).into_iter();
        let claim = |holder: Holder| {
            let column = Object::column(&holder.table, &holder.column.name);
            column.at(value.name.span).of(Facet::Value)
        };
        holders.map(claim).collect()
    }

    fn columns_with(&self, name: &TableName) -> Vec<Holder> {
        let tables = self.tables_that_mention(&name.name.text);
        let holders = tables.flat_map(|table| {
            let columns = table.columns.iter();
            let columns = columns.filter(|column| column.ty.named.as_ref() == Some(name));
            columns.map(|column| Holder { table: table.name.clone(), column: column.clone() })
        });
        holders.collect()
    }

    /// Lets no column of an enum hold a value any more, and holds them until the contract.
    pub(crate) fn keep_out(&mut self, value: &ColumnName, to: &Name, role: &Role) {
        let Some(known) = self.find_entity(Kind::Enum, &value.table, None) else { return };
        let (labels, live) = (known.labels().to_vec(), known.live_labels());
        let mut gone = known.gone_labels().to_vec();
        let is_known = |label: &Name| live.contains(&label.text);
        // What makes no sense changes nothing for what follows.
        if !is_known(&value.name) || !is_known(to) || value.name == *to {
            return;
        }
        gone.push(value.name.text.clone());
        self.put_entity(Entity::of_enum(value.table.clone(), labels, gone));
        let holders = self.columns_with(&value.table);
        if !holders.is_empty() {
            // The triggers write it.
            let written = ColumnName { table: value.table.clone(), name: to.clone() };
            self.hold(Object::value(&written), role.clone());
        }
        for holder in holders {
            let (name, default) = (holder.column.name.clone(), holder.default(&value.name, to));
            let mut check = Constraint::of(
                Rule::Check(Sql { text: holder.without(&value.name), span: value.name.span }),
                value.name.span,
            );
            let label = holder.check(&value.name);
            check.name = Some(label.clone());
            self.alter(&holder.table, |table| {
                table.constraints.push(check);
                if let Some(column) = table.column_mut(&name.text).filter(|_| default.is_some()) {
                    column.default = default;
                }
            });
            self.hold(Object::column(&holder.table, &name), role.clone());
            // Without it the trigger would go on to replace the value.
            self.hold(Object::constraint(&holder.table, &label), Role::Synced);
        }
    }
}

impl Holder {
    /// The condition of a row that holds a value.
    pub(crate) fn holds(&self, row: &str, value: &Name) -> String {
        let (column, value) = (format!("{row}{}", self.column.name.quoted()), literal(&value.text));
        if self.column.ty.is_array() {
            return Comparison::Qualified.equal(&value, &format!("any ({column})"));
        }
        Comparison::Qualified.equal(&column, &value)
    }

    /// The condition of a row that does not hold it.
    pub(crate) fn without(&self, value: &Name) -> String {
        let (column, value) = (self.column.name.quoted(), literal(&value.text));
        if self.column.ty.is_array() {
            return Comparison::Qualified.sql(&value, "<>", &format!("all ({column})"));
        }
        Comparison::Qualified.sql(&column, "<>", &value)
    }

    /// The name of the check that says so.
    pub(crate) fn check(&self, value: &Name) -> Name {
        Name::new(names::without_value(&self.table, &self.column.name, value))
    }

    /// The default with another value, where it has this one.
    pub(crate) fn default(&self, from: &Name, to: &Name) -> Option<Default> {
        let default = self.column.default.as_ref()?;
        let text = default.text()?;
        if !self.column.ty.is_array() {
            return (text == from.text).then(|| Default::of_text(&to.text, default.span));
        }
        let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
        let items: Vec<&str> =
            inside.split(',').map(|item| item.trim().trim_matches('"')).collect();
        let replaced = items.iter().map(|item| if *item == from.text { &to.text } else { *item });
        let replaced: Vec<String> = replaced.map(|item| format!("\"{item}\"")).collect();
        let text = format!("{{{}}}", replaced.join(","));
        items.contains(&from.text.as_str()).then(|| Default::of_text(&text, default.span))
    }
}

/// Reports what is built on a column, and would not mean the same with another value in it.
fn check_built(table: &Table, column: &Name, value: &ColumnName, errors: &mut Errors) {
    let span = value.name.span;
    let literal = literal(&value.name.text);
    let names_it = |sql: &Sql| {
        let tokens = tokens(&sql.text).unwrap_or_default();
        tokens.iter().any(|token| matches!(token, Token::Text(text) if **text == literal))
    };
    let mut refuse = |what: &str, name: Option<&Name>, span: Span| {
        let Some(name) = name else { return };
        errors
            .at(
                span,
                format_args!(
                    "{what} `{name}` of `{}` needs the value `{}`",
                    table.name, value.name
                ),
            )
            .help(format_args!("drop `{name}` first, and add its like after the contract"));
    };
    for constraint in table.constraints.iter().filter(|item| item.needs(&column.text)) {
        let is_key = !matches!(constraint.rule, Rule::Check(_));
        if is_key || constraint.expressions().into_iter().any(names_it) {
            refuse("constraint", constraint.name.as_ref(), span);
        }
    }
    for index in table.indexes.iter().filter(|index| index.needs(&column.text)) {
        if index.unique || index.expressions().any(names_it) {
            refuse("index", index.name.as_ref(), span);
        }
    }
    let computed = table.column(&column.text).and_then(|column| column.default.as_ref());
    if computed.and_then(Default::computed).is_some_and(names_it) {
        refuse("the default of column", Some(column), span);
    }
    for other in table.columns.iter().filter(|other| other.generated.as_ref().is_some_and(names_it))
    {
        refuse("column", Some(&other.name), span);
    }
}
