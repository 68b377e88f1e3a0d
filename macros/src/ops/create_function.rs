//! `create_function!(total_of(customer: bigint) returns numeric, language = sql, body = "…")`:
//! catalog I1. No client calls it yet.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::ops::{Operation, Plan};
use crate::plan::{Phase, Step, function};
use crate::syntax::function::Function;

pub(crate) struct CreateFunction {
    function: Function,
}

impl Operation for CreateFunction {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateFunction { function: Function::parse(input, errors)? })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        let function = &self.function;
        let object = Object::function(&function.name, &function.signature());
        vec![object.at(function.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        let function = &self.function;
        if let Some(taken) = schema.find_function(&function.name, &function.signature()) {
            errors
                .at(function.name.span(), format_args!("{} exists already", taken.object()))
                .help(format_args!("replace_function!({}(…) …);", function.name));
        }
        for ty in function.types() {
            schema.check_type(ty, errors);
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let Function { name, .. } = &self.function;
        let why = "a new function: nothing calls it yet";
        let create = function::create(&function::entity(&self.function));
        let drop = function::drop(name, &self.function.signature());
        Plan::of(vec![Step::transaction(Phase::Expand, why, create).undo(vec![drop])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(function::entity(&self.function));
    }
}
