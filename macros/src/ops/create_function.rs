//! `create_function!(total_of(customer: bigint) returns numeric, language = sql, body = "…")`:
//! catalog I1. No client calls it yet.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::kinds::function::OPEN_SEARCH_PATH;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::function;
use crate::plan::objects::grant;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::function::Function;
use crate::syntax::objects::grant::Grant;

pub(crate) struct CreateFunction {
    function: Function,
}

impl Operation for CreateFunction {
    type Facts = ();

    const RULES: &'static [&'static str] = &[OPEN_SEARCH_PATH];

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
        schema.definer(function, errors);
        schema.function_comes_in_time(&function.name, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let Function { name, .. } = &self.function;
        let why = "a new function: nothing calls it yet";
        let mut create = function::create(&function::entity(&self.function));
        create.extend(self.closed().map(|Grant { privileges, target, roles }| {
            grant::revoke(&privileges, &target, &roles)
                .why("it has its owner's rights, and PostgreSQL lets everybody call a new function")
        }));
        let drop = function::drop(name, &self.function.signature());
        Plan::of(vec![Step::transaction(Phase::Expand, why, create).undo(vec![drop])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(function::entity(&self.function));
        if let Some(everybody) = self.closed() {
            schema.set_privileges(&everybody, false);
        }
    }
}

impl CreateFunction {
    /// Returns what nobody has by default on a function with its owner's rights.
    fn closed(&self) -> Option<Grant> {
        self.function.definer.map(|_| Grant::of_everybody(&self.function))
    }
}
