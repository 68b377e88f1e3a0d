//! `create_extension!(citext, schema = extensions)`: catalog I3.

use syn::LitStr;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::values::default::literal;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct CreateExtension {
    name: TableName,
    schema: Option<Name>,
    version: Option<LitStr>,
}

/// The comment by which the undo knows an extension that was not there before.
const MARK: &str = "made by changeover, whose undo drops it";

impl Operation for CreateExtension {
    /// Whether it stands in a baseline, which has no undo.
    type Facts = bool;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name = TableName { schema: None, name: input.parse()? };
        let (mut schema, mut version) = (None, None);
        options(
            input,
            errors,
            &mut [("schema", &mut value(&mut schema)), ("version", &mut value(&mut version))],
        );
        Ok(CreateExtension { name, schema, version })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Extension, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<bool> {
        let before = errors.count();
        schema.name_is_free(Kind::Extension, &self.name, errors);
        let inside = TableName { schema: self.schema.clone(), name: self.name.name.clone() };
        schema.check_schema(&inside, errors);
        let version = self.version.as_ref().map(|version| (version.value(), version.span()));
        if let Some((version, span)) = version
            && (version.is_empty() || version.contains(|c: char| c == '$' || c.is_control()))
        {
            errors.at(span, "a version is a word such as `1.6`").help("version = \"1.6\"");
        }
        (errors.count() == before).then_some(schema.is_baseline)
    }

    fn plan(&self, is_baseline: &bool, _: Position) -> Plan {
        let create = if *is_baseline { self.statement("if not exists ") } else { self.create() };
        let why = "on databases that have it already, nothing happens";
        let step = Step::transaction(Phase::Expand, why, vec![Statement::free(create)])
            .undo(vec![Statement::free(self.undo()).drops_if_there(self.dropped())]);
        let right = format!(
            "the role that migrates needs the right to create `{}`: a superuser's, or `create` on \
             the database where the extension is a trusted one",
            self.name
        );
        Plan::noting(vec![step], vec![right])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(Entity {
            kind: Kind::Extension,
            name: self.name.clone(),
            on: None,
            create: vec![self.statement("")],
            definition: self.definition(),
        });
    }
}

impl CreateExtension {
    fn definition(&self) -> Definition {
        let schema = self.schema.as_ref().map_or("public", |schema| &schema.text);
        Definition::Extension { schema: schema.to_owned() }
    }

    fn statement(&self, unless: &str) -> String {
        let schema = self.schema.as_ref().map(|name| format!(" schema {}", name.quoted()));
        let version =
            self.version.as_ref().map(|text| format!(" version {}", literal(&text.value())));
        let (schema, version) = (schema.unwrap_or_default(), version.unwrap_or_default());
        format!("create extension {unless}{}{schema}{version}", self.name.name.quoted())
    }

    /// `if not exists` would not tell the undo who made it.
    fn create(&self) -> String {
        let (name, create) = (literal(&self.name.name.text), self.statement(""));
        let (quoted, mark) = (self.name.name.quoted(), literal(MARK));
        format!(
            "do $changeover$\nbegin\n  if not exists (select from pg_catalog.pg_extension where \
             extname = {name}) then\n    {create};\n    comment on extension {quoted} is \
             {mark};\n  end if;\nend\n$changeover$"
        )
    }

    fn dropped(&self) -> Dropped {
        let name = &self.name.name.text;
        Dropped { part: MARK.to_owned(), ..Dropped::object(ObjectKind::Extension, name) }
    }

    fn undo(&self) -> String {
        let (name, quoted) = (literal(&self.name.name.text), self.name.name.quoted());
        let mark = literal(MARK);
        format!(
            "do $changeover$\nbegin\n  if exists (select from pg_catalog.pg_extension where extname \
             = {name}\n      and pg_catalog.obj_description(oid, 'pg_extension') = {mark}) then\n    \
             drop extension {quoted};\n  end if;\nend\n$changeover$"
        )
    }
}
