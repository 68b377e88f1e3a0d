//! `create_schema!(billing)`.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::footprint::effect::Effect;
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::words::name::TableName;

pub(crate) struct CreateSchema {
    name: TableName,
}

impl Operation for CreateSchema {
    type Facts = ();

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        Ok(CreateSchema { name: TableName { schema: None, name: input.parse()? } })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Schema, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (name, span) = (self.name.name.text.as_str(), self.name.span());
        if name.starts_with("pg_") {
            errors
                .at(span, "a name that begins with `pg_` is PostgreSQL's own")
                .note("PostgreSQL refuses it (42939)");
            return None;
        }
        if matches!(name, "public" | "information_schema" | "changeover") {
            errors.at(span, format_args!("schema `{name}` exists already"));
            return None;
        }
        let is_free = schema.name_is_free(Kind::Schema, &self.name, errors);
        // What is in it already shows that it is older than the history.
        let user = schema.users_of(&self.entity()).into_iter().next();
        if let Some((user, _)) = user.filter(|_| is_free) {
            errors
                .at(span, format_args!("schema `{name}` exists already: {user} is in it"))
                .help("leave it to what made it, or make it before its tables");
            return None;
        }
        is_free.then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let create = |sql| Statement::free(sql).effect(Effect::MakesInDatabase);
        let create = self.entity().create.into_iter().map(create).collect();
        let step = Step::transaction(Phase::Expand, "an empty schema", create)
            .undo(vec![types::drop(Kind::Schema, &self.name)]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(self.entity());
    }
}

impl CreateSchema {
    fn entity(&self) -> Entity {
        let create = vec![format!("create schema {}", self.name.name.quoted())];
        Entity { create, ..Entity::assumed(Kind::Schema, &self.name, None) }
    }
}
