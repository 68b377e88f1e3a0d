//! `drop_function!(total_of(bigint))`: catalog I1. It goes in the contract, when no build calls it.

use syn::parse::{Parse, ParseStream};
use syn::{Token, parenthesized};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::function;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::objects::function::signature;
use crate::syntax::values::types::Type;
use crate::syntax::words::name::TableName;

pub(crate) struct DropFunction {
    name: TableName,
    /// Those of its arguments.
    types: Vec<Type>,
}

impl Operation for DropFunction {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let name = input.parse()?;
        let content;
        parenthesized!(content in input);
        let types = content.parse_terminated(<Type as Parse>::parse, Token![,])?;
        Ok(DropFunction { name, types: types.into_iter().collect() })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.put_entity(Entity::assumed_function(&self.name, self.signature(), ""));
    }

    fn claims(&self) -> Vec<Claim> {
        vec![self.object().at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let entity = schema.function(&self.name, &self.types, errors)?;
        schema.report_users(entity, self.name.span(), errors);
        Some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let why = "nothing calls the function any more";
        let drop = function::drop(&self.name, &self.signature());
        Plan::of(vec![Step::transaction(Phase::Contract, why, vec![drop])])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.retire_object(&self.object());
    }
}

impl DropFunction {
    fn signature(&self) -> String {
        signature(&self.types)
    }

    fn object(&self) -> Object {
        Object::function(&self.name, &self.signature())
    }
}
