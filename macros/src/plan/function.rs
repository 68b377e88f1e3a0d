//! Functions as SQL. No statement here locks a table (catalog I1).

use crate::model::entity::{Entity, Kind};
use crate::plan::Statement;
use crate::plan::dropped::{Dropped, ObjectKind};
use crate::syntax::function::{Argument, Function, Path, QUOTE, Returns};
use crate::syntax::name::TableName;

/// The function as the model keeps it. Its parts are its signature, what it returns, how many
/// arguments have a default, and the arguments' names.
pub(crate) fn entity(function: &Function) -> Entity {
    let names = function.arguments.iter().map(|argument| argument.name.text.clone());
    let defaults = function.arguments.iter().filter(|argument| argument.default.is_some()).count();
    Entity {
        kind: Kind::Function,
        name: function.name.clone(),
        on: None,
        create: vec![create_sql(function)],
        parts: [function.signature(), returns(&function.returns), defaults.to_string()]
            .into_iter()
            .chain(names)
            .collect(),
    }
}

/// What it returns, and how many arguments have a default.
pub(crate) fn shape(entity: &Entity) -> (&str, &str) {
    let part = |at: usize| entity.parts.get(at).map_or("", String::as_str);
    (part(1), part(2))
}

fn create_sql(function: &Function) -> String {
    let (name, arguments) = (function.name.quoted(), list(&function.arguments));
    let (returns, language) = (returns(&function.returns), function.language.quoted());
    let attributes = [&[""], function.attributes.as_slice()].concat().join(" ");
    let path = match &function.path {
        Path::Public => Some("pg_catalog, public, pg_temp".to_owned()),
        Path::Given(path) if path.value().contains("pg_temp") => Some(path.value()),
        Path::Given(path) => Some(format!("{}, pg_temp", path.value())),
        Path::Caller => None,
    };
    let path = path.map(|path| format!("\n  set search_path = {path}")).unwrap_or_default();
    let body = &function.body.text;
    format!(
        "create function {name}({arguments}) returns {returns}\n  language {language}{attributes}\
         {path}\nas {QUOTE}\n{body}\n{QUOTE}"
    )
}

fn list(arguments: &[Argument]) -> String {
    let one = |argument: &Argument| {
        let Argument { name, ty, default } = argument;
        let default = default.as_ref().map(|default| format!(" default {}", default.sql()));
        format!("{} {}{}", name.quoted(), ty.sql, default.unwrap_or_default())
    };
    arguments.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn returns(returns: &Returns) -> String {
    match returns {
        Returns::Value(ty) => ty.sql.clone(),
        Returns::Set(ty) => format!("setof {}", ty.sql),
        Returns::Table(columns) => format!("table ({})", list(columns)),
        Returns::Word(word) => (*word).to_owned(),
    }
}

pub(crate) fn create(entity: &Entity) -> Vec<Statement> {
    entity.create.iter().map(Statement::free).collect()
}

pub(crate) fn replace(entity: &Entity) -> Vec<Statement> {
    entity.or_replace().into_iter().map(Statement::free).collect()
}

pub(crate) fn drop(name: &TableName, signature: &str) -> Statement {
    let function = format!("{}({signature})", name.quoted());
    Statement::free(format!("drop function {function}"))
        .drops(Dropped::object(ObjectKind::Function, function))
}
