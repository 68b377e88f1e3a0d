//! Functions as SQL. No statement here locks a table (catalog I1).

use crate::model::Kind;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::plan::Statement;
use crate::plan::{Dropped, ObjectKind};
use crate::syntax::objects::argument::Argument;
use crate::syntax::objects::function::{Function, Path, QUOTE, Returns};
use crate::syntax::words::name::TableName;

/// The function as the model keeps it.
pub(crate) fn entity(function: &Function) -> Entity {
    let name = |argument: &Argument| argument.name.as_ref().map(|name| name.text.clone());
    let names = function.inputs().map(|argument| name(argument).unwrap_or_default());
    let defaults = function.arguments.iter().filter(|argument| argument.default.is_some()).count();
    Entity {
        kind: Kind::Function,
        name: function.name.clone(),
        on: None,
        create: vec![create_sql(function)],
        definition: Definition::Function {
            signature: function.signature(),
            returns: given_back(function),
            defaults,
            names: names.collect(),
        },
    }
}

fn create_sql(function: &Function) -> String {
    let (name, arguments) = (function.name.quoted(), list(&function.arguments));
    let language = function.language.quoted();
    let returns = match returns(&function.returns) {
        Some(returns) => format!(" returns {returns}"),
        None => String::new(),
    };
    let attributes = [&[""], function.attributes.as_slice()].concat().join(" ");
    let path = match &function.path {
        Path::Public => Some("pg_catalog, public, pg_temp".to_owned()),
        Path::Nothing => Some("pg_catalog, pg_temp".to_owned()),
        Path::Given(path) if path.value().contains("pg_temp") => Some(path.value()),
        Path::Given(path) => Some(format!("{}, pg_temp", path.value())),
        Path::Caller => None,
    };
    let path = path.map(|path| format!("\n  set search_path = {path}")).unwrap_or_default();
    let body = match &function.body {
        body if body.is_standard => body.text.trim().trim_end_matches(';').trim_end().to_owned(),
        body => format!("as {QUOTE}{}{QUOTE}", body.text),
    };
    format!(
        "create function {name}({arguments}){returns}\n  language {language}{attributes}{path}\n{body}"
    )
}

/// Returns what a call gets, as PostgreSQL holds a new version of a function against the old one.
fn given_back(function: &Function) -> String {
    let out = function.arguments.iter().filter(|argument| argument.mode.is_given_back());
    let out = list(out);
    match returns(&function.returns) {
        Some(returns) if out.is_empty() => returns,
        Some(returns) => format!("{returns} ({out})"),
        None => out,
    }
}

fn list<'a>(arguments: impl IntoIterator<Item = &'a Argument>) -> String {
    let one = |argument: &Argument| {
        let Argument { mode, name, ty, default } = argument;
        let name = name.as_ref().map(|name| format!("{} ", name.quoted())).unwrap_or_default();
        let default = default.as_ref().map(|default| format!(" default {}", default.sql()));
        format!("{}{name}{}{}", mode.sql(), ty.sql, default.unwrap_or_default())
    };
    arguments.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

fn returns(returns: &Returns) -> Option<String> {
    Some(match returns {
        Returns::Arguments => return None,
        Returns::Value(ty) => ty.sql.clone(),
        Returns::Set(ty) => format!("setof {}", ty.sql),
        Returns::Table(columns) => format!("table ({})", list(columns)),
        Returns::Word(word) => (*word).to_owned(),
    })
}

pub(crate) fn create(entity: &Entity) -> Vec<Statement> {
    let create = |sql| Statement::free(sql).changing(entity.name.quoted());
    entity.create.iter().map(create).collect()
}

pub(crate) fn replace(entity: &Entity) -> Vec<Statement> {
    let replace = |sql| Statement::free(sql).changing(entity.name.quoted());
    entity.or_replace().into_iter().map(replace).collect()
}

pub(crate) fn drop(name: &TableName, signature: &str) -> Statement {
    let function = format!("{}({signature})", name.quoted());
    Statement::free(format!("drop function {function}"))
        .drops(Dropped::object(ObjectKind::Function, function))
}
