//! `set_storage!(users.notes, external)`: catalog 2.K.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::shared::setting::SetSetting;
use crate::syntax::words::setting::Kind;

pub(crate) struct SetStorage(SetSetting);

impl Operation for SetStorage {
    /// The clause that takes it back.
    type Facts = String;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        SetSetting::parse(Kind::Storage, "external", input, errors).map(SetStorage)
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        self.0.assume(schema, errors);
    }

    fn claims(&self) -> Vec<Claim> {
        self.0.claims()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<String> {
        self.0.check(schema, errors)
    }

    fn plan(&self, former: &String, _: Position) -> Plan {
        Plan::of(vec![self.0.step(former)])
    }

    fn apply(&self, schema: &mut Schema) {
        self.0.apply(schema);
    }
}
