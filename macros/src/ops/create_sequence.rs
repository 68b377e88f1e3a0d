//! `create_sequence!(order_numbers, start = 1000, owned_by = orders.number)`: catalog J.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::sequence;
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::objects::sequence::{Owner, Sequence};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::words::name::TableName;

pub(crate) struct CreateSequence {
    name: TableName,
    options: Sequence,
}

impl Operation for CreateSequence {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        Ok(CreateSequence { name: input.parse()?, options: Sequence::parse(input, errors) })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        if let Some(Owner::Column(column)) = &self.options.owner {
            schema.assume(&column.table, [ColumnDef::bare(column.name.clone())]);
        }
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Sequence, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.check_schema(&self.name, errors);
        schema.name_is_free(Kind::Sequence, &self.name, errors);
        schema.comes_in_time(&Entity::assumed(Kind::Sequence, &self.name, None), errors);
        if let Some(restart) = &self.options.restart {
            errors
                .at(restart.span, "a new sequence has nothing to restart")
                .help(format_args!("start = {}", restart.value));
        }
        self.options.check(errors);
        schema.check_owner(&self.name, self.options.owner.as_ref(), errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let create = sequence::entity(&self.name, &self.options).create;
        let create = create.into_iter().map(|sql| Statement::free(sql).brings(&self.name));
        let create = create.collect();
        let step =
            Step::transaction(Phase::Expand, "a new sequence: no client uses it yet", create)
                .undo(vec![types::drop(Kind::Sequence, &self.name)]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(sequence::entity(&self.name, &self.options));
    }
}
