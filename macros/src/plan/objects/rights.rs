//! Privileges that a statement gives or takes back, for the runtime to ask whether it may.

use crate::syntax::objects::function::signature;
use crate::syntax::objects::grant::{Kind, Privilege, Target};
use crate::syntax::words::name::Name;

#[derive(Clone)]
pub(crate) struct Rights {
    pub(crate) on: Kind,
    /// Quoted, and schema-qualified where it can be.
    pub(crate) name: String,
    /// The types of a function's arguments.
    pub(crate) types: Vec<String>,
    /// Each with the name of the column that it is for, or nothing.
    pub(crate) privileges: Vec<(&'static str, String)>,
    pub(crate) roles: Vec<String>,
    /// Whether they are given.
    pub(crate) given: bool,
}

impl Rights {
    pub(crate) fn new(
        privileges: &[Privilege],
        target: &Target,
        roles: &[Name],
        given: bool,
    ) -> Self {
        let name = match target.kind {
            Kind::Schema => target.name.name.quoted(),
            _ => target.name.quoted(),
        };
        let types = target.types.iter().flatten();
        let column = |one: &Privilege| one.column.as_ref().map(|name| name.text.clone());
        Rights {
            on: target.kind,
            name,
            types: types.map(|ty| signature([ty])).collect(),
            privileges: privileges
                .iter()
                .map(|one| (one.word, column(one).unwrap_or_default()))
                .collect(),
            roles: roles.iter().map(|role| role.text.clone()).collect(),
            given,
        }
    }
}
