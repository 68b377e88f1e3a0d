//! Privileges as SQL. Up to PostgreSQL 17 they lock no table (catalog I3).

use crate::model::kinds::grant_text::{object, roles};
use crate::plan::Statement;
use crate::plan::objects::rights::Rights;
use crate::syntax::objects::grant::{Privilege, Target};
use crate::syntax::words::name::Name;

pub(crate) fn grant(privileges: &[Privilege], target: &Target, to: &[Name]) -> Statement {
    let (list, object) = (list(privileges), object(target));
    Statement::free(format!("grant {list} on {object} to {}", roles(to)))
        .on_rights(Rights::new(privileges, target, to, true))
}

pub(crate) fn revoke(privileges: &[Privilege], target: &Target, from: &[Name]) -> Statement {
    let (list, object) = (list(privileges), object(target));
    Statement::free(format!("revoke {list} on {object} from {}", roles(from)))
        .on_rights(Rights::new(privileges, target, from, false))
}

fn list(privileges: &[Privilege]) -> String {
    let one = |privilege: &Privilege| match &privilege.column {
        Some(column) => format!("{} ({})", privilege.word, column.quoted()),
        None => privilege.word.to_owned(),
    };
    privileges.iter().map(one).collect::<Vec<_>>().join(", ")
}
