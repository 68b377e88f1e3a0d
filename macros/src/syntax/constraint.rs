//! Constraints of a table: primary key, unique, check, foreign key.

use std::fmt;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Token, parenthesized};

use crate::diag::{Errors, nearest};
use crate::syntax::list;
use crate::syntax::name::{ColumnName, Name, TableName};
use crate::syntax::sql::Sql;

/// A constraint; one that a user did not name gets its name from the model.
#[derive(Clone)]
pub(crate) struct Constraint {
    pub(crate) name: Option<Name>,
    pub(crate) rule: Rule,
    /// The column that it was written with, after which it is named.
    pub(crate) with: Option<Name>,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) enum Rule {
    PrimaryKey(Vec<Name>),
    Unique(Vec<Name>),
    Check(Sql),
    ForeignKey { columns: Vec<Name>, target: Reference },
}

/// What a foreign key points at.
#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) table: TableName,
    pub(crate) columns: Vec<Name>,
    pub(crate) on_delete: Option<Action>,
    pub(crate) on_update: Option<Action>,
}

/// What happens to a row when the row that it points at goes or changes its key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

const ACTIONS: &[(&str, Action)] = &[
    ("no_action", Action::Nothing),
    ("restrict", Action::Restrict),
    ("cascade", Action::Cascade),
    ("set_null", Action::SetNull),
    ("set_default", Action::SetDefault),
];

/// The words that begin a constraint in a table's list.
pub(crate) const WORDS: [&str; 4] = ["primary_key", "unique", "check", "foreign_key"];

impl Constraint {
    /// Reads one that begins with `word`, which the caller has read.
    pub(crate) fn parse(
        word: &Ident,
        input: ParseStream,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        let content;
        parenthesized!(content in input);
        let mut rule = if word == "check" {
            Rule::Check(content.parse()?)
        } else if word == "foreign_key" {
            let columns = columns(&content)?;
            content.parse::<Token![=>]>()?;
            Rule::ForeignKey { columns, target: Reference::parse_target(&content)? }
        } else if word == "primary_key" {
            Rule::PrimaryKey(columns(&content)?)
        } else {
            Rule::Unique(columns(&content)?)
        };
        let mut name = None;
        if let Rule::ForeignKey { target, .. } = &mut rule {
            list::options(
                &content,
                errors,
                &mut [
                    ("name", &mut list::value(&mut name)),
                    ("on_delete", &mut list::value(&mut target.on_delete)),
                    ("on_update", &mut list::value(&mut target.on_update)),
                ],
            );
        } else {
            list::options(&content, errors, &mut [("name", &mut list::value(&mut name))]);
        }
        Ok(Constraint { name, rule, with: None, span: word.span() })
    }

    /// The columns of the table itself that the constraint names; for a check, none.
    pub(crate) fn columns(&self) -> &[Name] {
        match &self.rule {
            Rule::PrimaryKey(columns)
            | Rule::Unique(columns)
            | Rule::ForeignKey { columns, .. } => columns,
            Rule::Check(_) => &[],
        }
    }

    /// The constraint on a column under another name.
    pub(crate) fn with_column(&self, from: &Name, to: &Name) -> Constraint {
        let mut constraint = self.clone();
        match &mut constraint.rule {
            Rule::Check(sql) => *sql = sql.with_column(&from.text, &to.text),
            Rule::PrimaryKey(columns)
            | Rule::Unique(columns)
            | Rule::ForeignKey { columns, .. } => {
                for column in columns.iter_mut().filter(|column| *column == from) {
                    *column = to.clone();
                }
            }
        }
        constraint
    }

    /// Whether an index of its name belongs to it.
    pub(crate) fn has_index(&self) -> bool {
        matches!(self.rule, Rule::PrimaryKey(_) | Rule::Unique(_))
    }

    /// The table that it points at.
    pub(crate) fn parent(&self) -> Option<&TableName> {
        match &self.rule {
            Rule::ForeignKey { target, .. } => Some(&target.table),
            _ => None,
        }
    }

    /// Whether it needs this column of its own table.
    pub(crate) fn needs(&self, column: &str) -> bool {
        match &self.rule {
            Rule::Check(sql) => sql.mentions(column),
            _ => self.columns().iter().any(|name| name == column),
        }
    }
}

/// Reads names up to an option, an arrow or the end.
pub(crate) fn columns(input: ParseStream) -> syn::Result<Vec<Name>> {
    let mut columns = vec![input.parse()?];
    while input.peek(Token![,]) && !input.peek3(Token![=]) {
        input.parse::<Token![,]>()?;
        columns.push(input.parse()?);
    }
    Ok(columns)
}

impl Reference {
    /// `customers.id` or `customers(id, region)`.
    fn parse_target(input: ParseStream) -> syn::Result<Self> {
        let ahead = input.fork();
        let whole = ahead.parse::<TableName>().is_ok() && ahead.peek(syn::token::Paren);
        let (table, columns) = if whole {
            let table = input.parse()?;
            let content;
            parenthesized!(content in input);
            let columns = Punctuated::<Name, Token![,]>::parse_terminated(&content)?;
            (table, columns.into_iter().collect())
        } else {
            let column: ColumnName = input.parse()?;
            (column.table, vec![column.name])
        };
        Ok(Reference { table, columns, on_delete: None, on_update: None })
    }
}

impl Parse for Box<Reference> {
    /// What stands inside `references(…)`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut target = Reference::parse_target(input)?;
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            let key = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            match key.to_string().as_str() {
                "on_delete" => target.on_delete = Some(input.parse()?),
                "on_update" => target.on_update = Some(input.parse()?),
                _ => {
                    let message =
                        format!("unknown option `{key}`\nhelp: one of `on_delete`, `on_update`");
                    return Err(syn::Error::new(key.span(), message));
                }
            }
        }
        Ok(Box::new(target))
    }
}

impl Parse for Action {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        if let Some((_, action)) = ACTIONS.iter().find(|(name, _)| word == name) {
            return Ok(*action);
        }
        let names: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
        let help = match nearest(&word.to_string(), &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of `{}`", names.join("`, `")),
        };
        Err(syn::Error::new(word.span(), format!("unknown action `{word}`\nhelp: {help}")))
    }
}

pub(crate) fn join(names: &[Name]) -> String {
    names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Constraint {
    /// As it is written in a macro.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Rule::PrimaryKey(columns) => write!(f, "primary_key({}", join(columns))?,
            Rule::Unique(columns) => write!(f, "unique({}", join(columns))?,
            Rule::Check(sql) => write!(f, "check({sql}")?,
            Rule::ForeignKey { columns, target } => {
                let (from, to) = (join(columns), join(&target.columns));
                write!(f, "foreign_key({from} => {}({to})", target.table)?;
                for (key, action) in
                    [("on_delete", target.on_delete), ("on_update", target.on_update)]
                {
                    if let Some(action) = action {
                        write!(f, ", {key} = {action}")?;
                    }
                }
            }
        }
        if let Some(name) = &self.name {
            write!(f, ", name = {name}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ACTIONS.iter().find(|(_, action)| action == self).map_or("", |(name, _)| *name);
        f.write_str(name)
    }
}
