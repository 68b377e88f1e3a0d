//! Functions, which their arguments' types tell apart.

use crate::diag::Errors;
use crate::model::entity::{Entity, Kind};
use crate::model::{Object, Schema};
use crate::syntax::function::signature;
use crate::syntax::name::TableName;
use crate::syntax::types::Type;

impl Object {
    pub(crate) fn function(name: &TableName, signature: &str) -> Self {
        Object::Entity(Kind::Function, format!("{name}({signature})"), None)
    }
}

impl Schema {
    pub(crate) fn functions<'a>(&'a self, name: &'a TableName) -> impl Iterator<Item = &'a Entity> {
        self.entities(Kind::Function).filter(move |entity| entity.name == *name)
    }

    pub(crate) fn find_function<'a>(
        &'a self,
        name: &TableName,
        signature: &str,
    ) -> Option<&'a Entity> {
        self.entities(Kind::Function)
            .find(|entity| entity.name == *name && entity.signature() == signature)
    }

    /// The function that a change names, with the error that a wrong name gives.
    pub(crate) fn function<'a>(
        &'a self,
        name: &TableName,
        types: &[Type],
        errors: &mut Errors,
    ) -> Option<&'a Entity> {
        let before = errors.count();
        for ty in types {
            self.check_type(ty, errors);
        }
        if errors.count() > before {
            return None;
        }
        let signature = signature(types);
        let found = self.find_function(name, &signature);
        let claim = Object::function(name, &signature).at(name.span());
        if found.is_none() && !self.retiring(&claim, errors) && !self.may_be_unread(&name.name) {
            let others: Vec<String> =
                self.functions(name).map(|one| format!("{name}({})", one.signature())).collect();
            let known: Vec<String> =
                self.entities(Kind::Function).map(|one| one.name.to_string()).collect();
            let error =
                errors.at(name.span(), format_args!("there is no function `{name}({signature})`"));
            if others.is_empty() {
                error.nearest(&name.to_string(), known.iter().map(String::as_str));
            } else {
                error.help(format_args!("one of `{}`", others.join("`, `")));
            }
        }
        found
    }
}

impl Entity {
    /// The types of a function's arguments, as SQL.
    pub(crate) fn signature(&self) -> &str {
        self.parts.first().map_or("", String::as_str)
    }
}
