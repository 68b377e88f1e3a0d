//! `pub mod schema;` in `migrations!`: a module for each table, with its name and its columns' as
//! constants. A name that a contract takes away is none any more, and whoever still uses it is told.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

use crate::model::{Author, Hold, Kind, Object, Role, Schema};
use crate::syntax::words::name::{Name, TableName};

/// The module that a history asks for.
pub(crate) struct Names {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
}

impl Parse for Names {
    /// Reads `pub mod schema;`.
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![mod]>().map_err(|error| {
            let help = "help: `pub mod schema;`, for the names of its tables and columns";
            syn::Error::new(error.span(), format!("expected a module, or nothing more\n{help}"))
        })?;
        let name = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Names { attributes, visibility, name })
    }
}

/// A module with its constants, and those in it.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) constants: Vec<Constant>,
    pub(crate) inner: Vec<(Ident, Module)>,
}

pub(crate) struct Constant {
    pub(crate) ident: Ident,
    /// The name as SQL has it: quoted where it has to be.
    pub(crate) value: String,
    /// The same without quotes, for who quotes it himself.
    pub(crate) bare: Bare,
    /// Why no new code should use it.
    pub(crate) deprecated: Option<String>,
}

/// A name without quotes.
pub(crate) enum Bare {
    Table { schema: Option<String>, name: String },
    Column(String),
}

/// A relation with the names of its columns, those that go at the end.
struct Relation {
    name: TableName,
    columns: Vec<(String, Option<String>)>,
    deprecated: Option<String>,
}

impl Module {
    /// The names of all tables and views of a schema.
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut relations = relations(schema);
        for hold in &schema.holds {
            retire(hold, schema, &mut relations);
        }
        // Plain names come first, so that they keep their own whatever is beside them.
        relations.sort_by_key(|relation| !is_word(&relation.name.name.text));
        let mut root = Module::default();
        let mut taken = BTreeSet::new();
        for relation in &relations {
            let at = relation.name.schema.iter().fold(&mut root, |root, schema| {
                let ident = identifier(&schema.text.to_lowercase());
                root.enter(&ident)
            });
            let wanted = identifier(&relation.name.name.text.to_lowercase());
            let of_schema = relation.name.schema().to_owned();
            let ident = free(wanted, |ident| taken.insert((of_schema.clone(), ident.to_owned())));
            at.enter(&ident).constants.extend(constants(relation));
        }
        root
    }

    /// The name of the module beside the constants that has them without quotes, which no table of a
    /// schema of the same name has.
    pub(crate) fn bare_module(&self) -> Ident {
        let is_free = |ident: &str| self.inner.iter().all(|(known, _)| known != ident);
        to_ident(&free("iden".to_owned(), is_free))
    }

    /// The module of this name in it; a table and a schema of one name share theirs.
    fn enter(&mut self, ident: &str) -> &mut Module {
        let known = self.inner.iter().position(|(known, _)| *known == to_ident(ident));
        let at = known.unwrap_or_else(|| {
            self.inner.push((to_ident(ident), Module::default()));
            self.inner.len() - 1
        });
        &mut self.inner[at].1
    }
}

fn relations(schema: &Schema) -> Vec<Relation> {
    let tables = schema.tables().map(|table| Relation {
        name: table.name.clone(),
        columns: table.columns.iter().map(|column| (column.name.text.clone(), None)).collect(),
        deprecated: None,
    });
    let views = [Kind::View, Kind::MaterializedView];
    let views = views.into_iter().flat_map(|kind| schema.entities(kind)).map(|view| Relation {
        name: view.name.clone(),
        columns: view.columns().iter().map(|name| (name.clone(), None)).collect(),
        deprecated: None,
    });
    tables.chain(views).collect()
}

/// Adds a name that goes with a contract which no migration has declared yet.
fn retire(hold: &Hold, schema: &Schema, relations: &mut Vec<Relation>) {
    let (Role::Retiring { successor }, Author::Earlier(by)) = (&hold.role, &hold.by) else {
        return;
    };
    if schema.is_declared(hold) {
        return;
    }
    let note = match successor {
        Some(successor) => format!("replaced by `{successor}` in {by}; its contract is pending"),
        None => format!("dropped in {by}; its contract is pending"),
    };
    match &hold.object {
        Object::Column(table, column) => {
            let of = relations.iter_mut().find(|relation| relation.name.to_string() == *table);
            let Some(columns) = of.map(|relation| &mut relation.columns) else { return };
            if !columns.iter().any(|(known, _)| known == column) {
                columns.push((column.clone(), Some(note)));
            }
        }
        Object::Table(table) => {
            let Some(name) = TableName::read(table) else { return };
            if !relations.iter().any(|relation| relation.name == name) {
                // What takes its place has its columns.
                let after =
                    relations.iter().find(|it| successor.as_deref() == Some(&*it.name.to_string()));
                let columns = after.map(|it| it.columns.clone()).unwrap_or_default();
                relations.push(Relation { name, columns, deprecated: Some(note) });
            }
        }
        Object::Index(..) | Object::Constraint(..) | Object::Entity(..) => {}
    }
}

fn constants(relation: &Relation) -> Vec<Constant> {
    let Relation { name, columns, deprecated } = relation;
    let schema = name.schema.as_ref().map(|schema| format!("{}.", schema.plain()));
    let value = format!("{}{}", schema.unwrap_or_default(), name.name.plain());
    let bare = Bare::Table {
        schema: name.schema.as_ref().map(|schema| schema.text.clone()),
        name: name.name.text.clone(),
    };
    let mut found =
        vec![Constant { ident: to_ident(TABLE), value, bare, deprecated: deprecated.clone() }];
    let mut taken = BTreeSet::from([TABLE.to_owned()]);
    // Plain names keep their own.
    let (plain, others): (Vec<_>, Vec<_>) = columns.iter().partition(|(name, _)| is_word(name));
    for (column, note) in plain.into_iter().chain(others) {
        let ident =
            free(identifier(&column.to_uppercase()), |ident| taken.insert(ident.to_owned()));
        found.push(Constant {
            ident: to_ident(&ident),
            value: Name::new(column.as_str()).plain(),
            bare: Bare::Column(column.clone()),
            deprecated: note.clone().or_else(|| deprecated.clone()),
        });
    }
    found
}

const TABLE: &str = "TABLE";

/// A word in lower case, which no other name becomes before it does.
fn is_word(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_letter) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The name with underscores in the place of what no identifier holds.
fn identifier(name: &str) -> String {
    let kept: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let is_right = |text: &str| syn::parse_str::<AnyIdent>(text).is_ok();
    match kept.as_str() {
        text if is_right(text) => kept,
        text if is_right(&format!("_{text}")) => format!("_{text}"),
        // Some letters and digits stand in no identifier.
        text => format!("_{}", text.replace(|c: char| !c.is_ascii_alphanumeric(), "_")),
    }
}

struct AnyIdent;

impl Parse for AnyIdent {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        use syn::ext::IdentExt;
        // An underscore alone is no name.
        let ident = input.call(Ident::parse_any)?;
        if ident == "_" { Err(input.error("no name")) } else { Ok(AnyIdent) }
    }
}

/// The first of `name`, `name_`, `name__`, … that nothing else has.
fn free(mut name: String, mut take: impl FnMut(&str) -> bool) -> String {
    while !take(&name) {
        name.push('_');
    }
    name
}

/// Keywords are written raw, and those that cannot be with an underscore; so is what would hide the type of
/// the constants.
fn to_ident(name: &str) -> Ident {
    match name {
        "self" | "super" | "crate" | "str" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, Span::call_site()),
        keyword => Ident::new_raw(keyword, Span::call_site()),
    }
}
