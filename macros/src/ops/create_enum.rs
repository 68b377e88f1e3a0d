//! `create_enum!(order_status { pending, shipped, "in transit" })`.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, braced};

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::words::list::items;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct CreateEnum {
    name: TableName,
    labels: Vec<Name>,
}

impl Operation for CreateEnum {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        let content;
        braced!(content in input);
        let mut labels: Vec<Name> = Vec::new();
        items(&content, errors, |input, _| {
            if !input.peek(LitStr) && !input.peek(Ident::peek_any) {
                return Err(input.error("a value is a word, or a string"));
            }
            labels.push(input.parse()?);
            Ok(())
        });
        Ok(CreateEnum { name, labels })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Enum, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.check_schema(&self.name, errors);
        schema.name_is_free(Kind::Enum, &self.name, errors);
        if self.labels.is_empty() {
            errors
                .at(self.name.span(), format_args!("enum `{}` has no value", self.name))
                .help(format_args!("create_enum!({} {{ pending, done }});", self.name));
        }
        for (at, label) in self.labels.iter().enumerate() {
            if let Some(first) = self.labels[..at].iter().find(|other| *other == label) {
                let message = format!("value `{label}` is given twice");
                errors.at(first.span, &message);
                errors.at(label.span, &message);
            }
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let create = self.entity().create.into_iter().map(Statement::free).collect();
        let step = Step::transaction(Phase::Expand, "a new type: no column has it yet", create)
            .undo(vec![types::drop(Kind::Enum, &self.name)]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(self.entity());
    }
}

impl CreateEnum {
    fn entity(&self) -> Entity {
        let labels: Vec<String> = self.labels.iter().map(|label| label.text.clone()).collect();
        Entity::of_enum(self.name.clone(), labels, Vec::new())
    }
}
