//! `drop_enum_value!(order_status.lost, replace_by = cancelled)`: catalog G2. The value stays in
//! the type, because PostgreSQL takes none away; no row can hold it any more.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::dependents::enum_columns::Holder;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::triggers::enum_value::GivesWay;
use crate::plan::{Phase, Step};
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{ColumnName, Name};

pub(crate) struct DropEnumValue {
    /// The enum in the place of the table.
    value: ColumnName,
    replace_by: Name,
}

impl Operation for DropEnumValue {
    /// The columns that may hold the value.
    type Facts = Vec<Holder>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let wanted = ColumnName::parse_value(input)?;
        let mut replace_by = None;
        options(input, errors, &mut [("replace_by", &mut value(&mut replace_by))]);
        let Some(replace_by) = replace_by else {
            let value = &wanted.name;
            let message = format!(
                "nothing says what becomes of rows that hold `{value}`\nhelp: replace_by = …"
            );
            return Err(syn::Error::new(value.span, message));
        };
        Ok(DropEnumValue { value: wanted, replace_by })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.value.name.span, "outside a migration it is not known which columns hold it")
            .help("`drop_enum_value!` inside `migration!`");
    }

    /// What another of this migration writes may give way too: its trigger fires before this one's.
    fn claims(&self) -> Vec<Claim> {
        vec![Object::value(&self.value).at(self.value.name.span).of(Facet::Value)]
    }

    fn claims_in(&self, schema: &Schema) -> Vec<Claim> {
        schema.claims_on_holders(&self.value)
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Vec<Holder>> {
        let before = errors.count();
        schema.entity(Kind::Enum, &self.value.table, None, errors)?;
        schema.check_value(&self.value.table, &self.value.name, errors);
        schema.check_value(&self.value.table, &self.replace_by, errors);
        if self.replace_by == self.value.name {
            errors.at(self.replace_by.span, "a value does not take its own place");
        }
        let holders = schema.holders_of(&self.value, errors);
        let is_known = errors.count() == before;
        for holder in holders.iter().filter(|_| is_known) {
            let (table, column) = (&holder.table, &holder.column);
            if let Some(default) = holder.default(&self.value.name, &self.replace_by) {
                errors
                    .at(
                        self.value.name.span,
                        format_args!(
                            "`{}` is the default of `{table}.{}`",
                            self.value.name, column.name
                        ),
                    )
                    .help(format_args!("set_default!({table}.{}, {default}); first", column.name));
            }
        }
        (errors.count() == before).then_some(holders)
    }

    fn plan(&self, holders: &Vec<Holder>, at: Position) -> Plan {
        let mut steps = Vec::new();
        let mut contract = Vec::new();
        for holder in holders {
            let value = GivesWay { holder, from: &self.value.name, to: &self.replace_by, at };
            let why = "old builds may write the value until the contract";
            steps.push(Step::transaction(Phase::Expand, why, value.install()).undo(value.remove()));
            steps.extend(value.replace(Phase::Migrate));
            let why = "the builds that wrote the value are gone";
            contract.push(Step::transaction(Phase::Contract, why, value.remove()));
        }
        steps.extend(contract);
        let notes = vec![
            "an undo does not bring the value back into the rows that held it".to_owned(),
            "the value stays in the type, because PostgreSQL takes none away: a check on each \
             column keeps it out"
                .to_owned(),
        ];
        Plan::noting(steps, notes)
    }

    fn apply(&self, schema: &mut Schema) {
        schema.keep_out(&self.value, &self.replace_by, &Role::Filled);
    }
}
