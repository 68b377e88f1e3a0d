//! `replace_function!(total_of(customer: bigint) returns numeric, language = sql, body = "…")`:
//! catalog I1. The new body in the place of the old one, under no lock of a table.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::function::{OPEN_DEFINER, OPEN_SEARCH_PATH};
use crate::model::names::Position;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::function;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::function::Function;
use crate::syntax::values::types::Type;

pub(crate) struct ReplaceFunction {
    function: Function,
}

impl Operation for ReplaceFunction {
    /// The function as it was.
    type Facts = Entity;

    const RULES: &'static [&'static str] = &[OPEN_DEFINER, OPEN_SEARCH_PATH];

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(ReplaceFunction { function: Function::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.function.name.span(), "outside a migration the former body is not known")
            .help("a `replace_function!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let function = &self.function;
        let object = Object::function(&function.name, &function.signature());
        vec![object.at(function.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Entity> {
        let before = errors.count();
        for ty in self.function.types() {
            schema.check_type(ty, errors);
        }
        schema.definer(&self.function, errors);
        if errors.count() > before {
            return None;
        }
        let name = &self.function.name;
        let signature = self.function.signature();
        let Some(was) = schema.find_function(name, &signature) else {
            if let Some(other) = schema.functions(name).next() {
                self.report_overload(other, errors);
            } else {
                let types: Vec<Type> =
                    self.function.inputs().map(|argument| argument.ty.clone()).collect();
                schema.function(name, &types, errors);
            }
            return None;
        };
        self.check_shape(was, errors);
        schema.becomes_definer(&self.function, errors);
        (errors.count() == before).then(|| was.clone())
    }

    fn plan(&self, was: &Entity, _: Position) -> Plan {
        let why = "the same signature: what calls it runs the new body from the commit on";
        let new = function::entity(&self.function);
        let step = Step::transaction(Phase::Expand, why, function::replace(&new));
        let note = "old builds run the new body too, from Expand on";
        Plan::noting(vec![step.undo(function::replace(was))], vec![note.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(function::entity(&self.function));
    }
}

impl ReplaceFunction {
    fn report_overload(&self, other: &Entity, errors: &mut Errors) {
        let (name, types) = (&self.function.name, self.function.signature());
        errors
            .at(
                name.span(),
                format_args!("function `{name}` has the arguments `{}`, not `{types}`", other.signature()),
            )
            .help(format_args!(
                "create_function!({name}(…) …); beside it, and later drop_function!({name}({}));",
                other.signature()
            ))
            .note("with other arguments it is another function, and old builds call the one that they know");
    }

    /// Reports what `create or replace function` refuses (42P13), and what its undo would.
    fn check_shape(&self, was: &Entity, errors: &mut Errors) {
        let new = function::entity(&self.function);
        let name = &self.function.name;
        let help = format!(
            "create_function!({name}_2(…) …); and later drop_function!({name}({}));",
            was.signature()
        );
        let note =
            "PostgreSQL replaces the body of a function, and nothing that its callers rely on";
        let mut refuse = |span, message: String| {
            errors.at(span, message).help(&help).note(note);
        };
        let (
            Definition::Function { returns: returned, defaults, names, .. },
            Definition::Function { returns, defaults: given, .. },
        ) = (&was.definition, &new.definition)
        else {
            return;
        };
        if returned != returns {
            refuse(name.span(), format!("function `{name}` returns `{returned}`, not `{returns}`"));
        }
        if defaults != given {
            refuse(
                name.span(),
                format!("{defaults} arguments of function `{name}` have a default, not {given}"),
            );
        }
        for (argument, old) in self.function.inputs().zip(names) {
            let new = argument.name.as_ref().map_or("", |name| &name.text);
            if new != old {
                let message = match (old.as_str(), new) {
                    ("", new) => format!("argument `{new}` of `{name}` had no name"),
                    (old, "") => format!("argument `{old}` of `{name}` has a name"),
                    (old, new) => format!("argument `{old}` of `{name}` is not named `{new}`"),
                };
                refuse(argument.span(), message);
            }
        }
    }
}
