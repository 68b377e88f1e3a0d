//! Grants as the statements that they are kept as.

use crate::syntax::objects::grant::{Kind, Target};
use crate::syntax::words::name::Name;

/// The grant of privileges that are kept as they are written in a macro.
pub(crate) fn of_privileges(privileges: &[String], target: &Target, to: &Name) -> String {
    let quoted = |privilege: &String| match privilege.split_once('(') {
        Some((word, column)) => {
            let column = column.strip_suffix(')').unwrap_or(column);
            let name = syn::parse_str(column).unwrap_or_else(|_| Name::new(column));
            format!("{word} ({})", name.quoted())
        }
        None => privilege.clone(),
    };
    let privileges: Vec<String> = privileges.iter().map(quoted).collect();
    let to = roles(std::slice::from_ref(to));
    format!("grant {} on {} to {to}", privileges.join(", "), object(target))
}

/// Returns what everybody has without being told, taken back.
pub(crate) fn revoke_execute(target: &Target, from: &Name) -> String {
    let from = roles(std::slice::from_ref(from));
    format!("revoke execute on {} from {from}", object(target))
}

pub(crate) fn object(target: &Target) -> String {
    let name = match (target.kind, target.signature()) {
        (Kind::Schema, _) => target.name.name.quoted(),
        (_, Some(types)) => format!("{}({types})", target.name.quoted()),
        _ => target.name.quoted(),
    };
    format!("{} {name}", target.kind.word())
}

/// Roles as SQL; `public` is a word and no name.
pub(crate) fn roles(roles: &[Name]) -> String {
    let one = |role: &Name| if *role == *"public" { "public".into() } else { role.quoted() };
    roles.iter().map(one).collect::<Vec<_>>().join(", ")
}
