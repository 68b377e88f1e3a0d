//! Functions, which their arguments' types tell apart.

use crate::diag::Errors;
use crate::grammar::{Expression, is_own_function};
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Object, Schema};
use crate::syntax::objects::function::{Function, Path, signature};
use crate::syntax::objects::grant::Grant;
use crate::syntax::values::types::Type;
use crate::syntax::words::lexer::has_bare_table;
use crate::syntax::words::name::TableName;

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

    /// Reports expressions that call a function which is made behind them, where it can be no other:
    /// neither an overload nor an extension's.
    pub(crate) fn function_comes_in_time(&self, name: &TableName, errors: &mut Errors) {
        let word = &name.name.text;
        let is_other = self.functions(name).next().is_some()
            || self.entities(Kind::Extension).next().is_some()
            || is_own_function(word);
        let calls = |sql: &str| {
            Expression::read(sql).is_ok_and(|it| it.calls().iter().any(|call| call.name == *word))
        };
        for table in self.tables_that_mention(word).filter(|_| !is_other && name.schema.is_none()) {
            let types = |sql: &str| table.columns.iter().any(|column| column.ty.sql == sql);
            if table.sql().any(|sql| !types(&sql) && calls(&sql)) {
                errors
                    .at(
                        name.span(),
                        format_args!(
                            "an expression of table `{}` calls `{name}`, which is made behind it",
                            table.name
                        ),
                    )
                    .help(format_args!("this change before the one that writes the expression"))
                    .note("PostgreSQL looks for it when it takes the expression");
            }
        }
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

/// The rules for functions that run with their owner's rights.
pub(crate) const OPEN_DEFINER: &str = "open_definer";
pub(crate) const OPEN_SEARCH_PATH: &str = "open_search_path";

impl Schema {
    /// Reports what lets others choose what runs with the rights of a function's owner, and a name
    /// that means nothing there.
    pub(crate) fn definer(&self, function: &Function, errors: &mut Errors) {
        let Some(span) = function.definer else { return };
        match &function.path {
            Path::Given(path) => {
                let value = path.value();
                let mut schemas = value.split(',').map(|name| name.trim().trim_matches('"'));
                if schemas.any(|name| name == "public") && !self.allows(OPEN_SEARCH_PATH) {
                    errors
                        .warn(OPEN_SEARCH_PATH, path.span(), "a `security_definer` function searches `public`")
                        .help("leave `search_path` out, and write the schema before each name of the body")
                        .note("whoever may create in `public` can put an operator or a function of theirs there, which then runs with the rights of the owner");
                }
            }
            Path::Nothing => self.bare_tables(function, errors),
            Path::Caller if !self.is_baseline => {
                errors
                    .at(span, "a `security_definer` function does not take the search path of its caller")
                    .help("leave `search_path` out, or search_path = \"…\"")
                    .note("whoever calls it could put functions and tables of their own in the place of those that it names, and they would run with its owner's rights");
            }
            Path::Public | Path::Caller => {}
        }
    }

    /// It would fail on the server: in Expand, or not before it is called.
    fn bare_tables(&self, function: &Function, errors: &mut Errors) {
        // Its names are looked up when it is made.
        if function.body.is_standard {
            return;
        }
        let tables = self.table_names().filter(|name| !name.contains('.'));
        let views = self.entities.iter().filter(|entity| {
            matches!(entity.kind, Kind::View | Kind::MaterializedView)
                && entity.name.schema.is_none()
        });
        let views: Vec<String> = views.map(|entity| entity.name.to_string()).collect();
        for name in tables.chain(views.iter().map(String::as_str)) {
            if has_bare_table(&function.body.text, name.trim_matches('"')) {
                errors
                    .at(
                        function.body.span,
                        format_args!("a `security_definer` function finds no `{name}` without its schema"),
                    )
                    .help(format_args!("`public.{name}` in the body"))
                    .note("others may create in a schema that is searched, and what they put there would run with the rights of the owner");
            }
        }
    }

    /// Reports that everybody may call a function which from now on has its owner's rights.
    pub(crate) fn becomes_definer(&self, function: &Function, errors: &mut Errors) {
        let Some(span) = function.definer.filter(|_| !self.allows(OPEN_DEFINER)) else { return };
        let everybody = Grant::of_everybody(function);
        let may_call =
            everybody.roles.iter().any(|role| !self.privileges(role, &everybody.target).is_empty());
        if may_call {
            let call = format!("execute on function {}({})", function.name, function.signature());
            errors
                .warn(OPEN_DEFINER, span, "everybody may call this with the rights of its owner")
                .help(format_args!("grant!({call} to …); and revoke!({call} from public); in a migration before"))
                .note("every role may call a function that is not a `security_definer` from its start, and those that old builds call it as must be able to go on");
        }
    }
}

impl Entity {
    /// A function that is known by nothing but a change outside any history.
    pub(crate) fn assumed_function(name: &TableName, signature: String, returns: &str) -> Entity {
        let (returns, names) = (returns.to_owned(), Vec::new());
        let definition = Definition::Function { signature, returns, defaults: 0, names };
        Entity { definition, ..Entity::assumed(Kind::Function, name, None) }
    }

    /// Returns what a call of a function gets.
    pub(crate) fn returns(&self) -> &str {
        match &self.definition {
            Definition::Function { returns, .. } => returns,
            _ => "",
        }
    }
}
