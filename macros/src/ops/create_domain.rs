//! `create_domain!(email: text check("value ~ '@'"))`.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::expressions::expression::Clause;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::domain;
use crate::plan::objects::types;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::tables::column::{Column, ColumnDef};
use crate::syntax::tables::constraint::Rule;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct CreateDomain {
    name: TableName,
    def: ColumnDef,
}

impl Operation for CreateDomain {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        if !input.peek(Token![:]) {
            let message = format!("domain `{name}` has no type\nhelp: {name}: text");
            return Err(syn::Error::new(name.span(), message));
        }
        input.parse::<Token![:]>()?;
        let def = ColumnDef::parse_type(name.name.clone(), input, errors)?;
        Ok(CreateDomain { name, def })
    }

    fn assume(&self, _: &mut Schema, _: &mut Errors) {}

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Domain, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let before = errors.count();
        schema.check_schema(&self.name, errors);
        schema.name_is_free(Kind::Domain, &self.name, errors);
        schema.check_column(&self.def.column, errors);
        self.check_modifiers(errors);
        self.check_rule(schema, errors);
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let create = domain::entity(&self.name, &self.def).create;
        let create = create.into_iter().map(Statement::free).collect();
        let step = Step::transaction(Phase::Expand, "a new type: no column has it yet", create)
            .undo(vec![types::drop(Kind::Domain, &self.name)]);
        Plan::of(vec![step])
    }

    fn apply(&self, schema: &mut Schema) {
        schema.put_entity(domain::entity(&self.name, &self.def));
    }
}

impl CreateDomain {
    /// A domain's check names the value as if it were a column.
    fn check_rule(&self, schema: &Schema, errors: &mut Errors) {
        let mut row = Table::new(TableName { schema: None, name: Name::new("value") });
        let value = Column { name: Name::new("value"), ..self.def.column.clone() };
        row.add(ColumnDef { column: value, inline: Vec::new() });
        for inline in &self.def.inline {
            let Rule::Check(sql) = &inline.rule else { continue };
            schema.clause(Clause::Check, &row, sql, errors);
        }
        if let Some(sql) = self.def.column.default.as_ref().and_then(Default::computed) {
            schema.clause(Clause::Default, &row, sql, errors);
        }
    }

    /// Reports what a column may say and a type may not.
    fn check_modifiers(&self, errors: &mut Errors) {
        let column = &self.def.column;
        let of_columns = [
            column.identity.as_ref().map(|identity| identity.span),
            column.generated.as_ref().map(|sql| sql.span),
        ];
        let is_check = |rule: &Rule| matches!(rule, Rule::Check(_));
        let of_tables = self.def.inline.iter().filter(|inline| !is_check(&inline.rule));
        let of_tables = of_tables.map(|inline| Some(inline.span));
        for span in of_columns.into_iter().chain(of_tables).flatten() {
            errors
                .at(span, "a domain is a type: this is said of a column")
                .help("one or more of `not_null`, `default`, `check`, `collate`, `comment`");
        }
    }
}
