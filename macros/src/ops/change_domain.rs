//! `change_domain!(email, default = "nobody@example.org")`. Its rules stay: catalog G5.

use syn::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::expressions::expression::Clause;
use crate::model::kinds::types;
use crate::model::names::Position;
use crate::model::{Claim, Object, Schema};
use crate::plan::objects::domain;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::table::Table;
use crate::syntax::values::default::Default;
use crate::syntax::words::list::{flag, options, value};
use crate::syntax::words::name::TableName;
use crate::syntax::words::sql::Sql;

pub(crate) struct ChangeDomain {
    name: TableName,
    default: Option<NewDefault>,
    check: Option<Sql>,
    not_null: bool,
}

/// A default, or `none`.
struct NewDefault(Option<Default>);

impl Parse for NewDefault {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.fork().call(Ident::parse_any);
        if word.is_ok_and(|word| word == "none") {
            input.call(Ident::parse_any)?;
            return Ok(NewDefault(None));
        }
        Ok(NewDefault(Some(input.parse()?)))
    }
}

impl Operation for ChangeDomain {
    /// The domain as it was.
    type Facts = ColumnDef;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        let (mut default, mut check, mut not_null) = (None, None, false);
        let before = errors.count();
        options(
            input,
            errors,
            &mut [
                ("default", &mut value(&mut default)),
                ("check", &mut value(&mut check)),
                ("not_null", &mut flag(&mut not_null)),
            ],
        );
        let is_empty = default.is_none() && check.is_none() && !not_null;
        if is_empty && errors.count() == before {
            errors
                .at(name.span(), format_args!("nothing of domain `{name}` changes"))
                .help(format_args!("change_domain!({name}, default = \"…\")"));
        }
        Ok(ChangeDomain { name, default, check, not_null })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.name.span(), "outside a migration it is not known what an undo would restore")
            .help("a change inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::entity(Kind::Domain, &self.name, None).at(self.name.span())]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<ColumnDef> {
        let was = types::domain(schema.entity(Kind::Domain, &self.name, None, errors)?)?;
        let before = errors.count();
        self.check_rules(schema, errors);
        if let Some(default) = self.new_default() {
            default.check(&was.column.ty, errors);
            schema.check_default(&was.column.ty, default, errors);
            if let Some(sql) = default.computed() {
                schema.clause(Clause::Default, &Table::new(self.name.clone()), sql, errors);
            }
        }
        (errors.count() == before).then_some(was)
    }

    fn plan(&self, was: &ColumnDef, _: Position) -> Plan {
        let set = domain::set_default(&self.name, self.new_default());
        let undo = domain::set_default(&self.name, was.column.default.as_ref());
        let why = "for new rows; those that are there keep their values";
        Plan::of(vec![Step::transaction(Phase::Expand, why, vec![set]).undo(vec![undo])])
    }

    fn apply(&self, schema: &mut Schema) {
        let known = schema.find_entity(Kind::Domain, &self.name, None);
        let Some(mut def) = known.and_then(types::domain) else { return };
        if let Some(NewDefault(default)) = &self.default {
            def.column.default.clone_from(default);
        }
        schema.put_entity(domain::entity(&self.name, &def));
    }
}

impl ChangeDomain {
    fn new_default(&self) -> Option<&Default> {
        self.default.as_ref().and_then(|NewDefault(default)| default.as_ref())
    }

    /// PostgreSQL reads every table that has the type while it keeps their writers out.
    fn check_rules(&self, schema: &Schema, errors: &mut Errors) {
        let (span, rule) = match &self.check {
            Some(check) => (check.span, check.text.as_str()),
            None if self.not_null => (self.name.span(), "value is not null"),
            None => return,
        };
        let error = errors.at(
            span,
            format_args!("a rule of domain `{}` cannot change while clients write", self.name),
        );
        let columns = schema.columns_of(Kind::Domain, &self.name);
        for (table, column) in &columns {
            let sql = Sql { text: rule.to_owned(), span }.with_column("value", column);
            error.help(match self.check {
                Some(_) => format!("add_check!({table}, {:?});", sql.text),
                None => format!("set_not_null!({table}.{column});"),
            });
        }
        if columns.is_empty() {
            error.help("another domain: no column of the history has this one");
        }
        error.note(
            "PostgreSQL reads every table that has the type, and lets nobody write it meanwhile",
        );
    }
}
