//! Privileges as SQL. Up to PostgreSQL 17 they lock no table (catalog I3).

use crate::plan::Statement;
use crate::plan::policy::roles;
use crate::syntax::grant::{Kind, Privilege, Target};
use crate::syntax::name::Name;

pub(crate) fn grant(privileges: &[Privilege], target: &Target, to: &[Name]) -> Statement {
    let (privileges, object) = (list(privileges), object(target));
    Statement::free(format!("grant {privileges} on {object} to {}", roles(to)))
}

pub(crate) fn revoke(privileges: &[Privilege], target: &Target, from: &[Name]) -> Statement {
    let (privileges, object) = (list(privileges), object(target));
    Statement::free(format!("revoke {privileges} on {object} from {}", roles(from)))
}

/// The grant of privileges that are kept as they are written in a macro.
pub(crate) fn of_parts(parts: &[String], target: &Target, to: &Name) -> String {
    let quoted = |part: &String| match part.split_once('(') {
        Some((word, column)) => {
            let column = column.trim_end_matches(')').trim_matches('"');
            format!("{word} ({})", Name::new(column).quoted())
        }
        None => part.clone(),
    };
    let privileges: Vec<String> = parts.iter().map(quoted).collect();
    let to = roles(std::slice::from_ref(to));
    format!("grant {} on {} to {to}", privileges.join(", "), object(target))
}

/// What everybody has without being told, taken back.
pub(crate) fn revoke_execute(target: &Target, from: &Name) -> String {
    let from = roles(std::slice::from_ref(from));
    format!("revoke execute on {} from {from}", object(target))
}

fn list(privileges: &[Privilege]) -> String {
    let one = |privilege: &Privilege| match &privilege.column {
        Some(column) => format!("{} ({})", privilege.word, column.quoted()),
        None => privilege.word.to_owned(),
    };
    privileges.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn object(target: &Target) -> String {
    let name = match (target.kind, target.signature()) {
        (Kind::Schema, _) => target.name.name.quoted(),
        (_, Some(types)) => format!("{}({types})", target.name.quoted()),
        _ => target.name.quoted(),
    };
    format!("{} {name}", target.kind.word())
}
