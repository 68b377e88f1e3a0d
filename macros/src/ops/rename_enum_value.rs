//! `rename_enum_value!(order_status.shipped => sent)`: catalog G3. Rows hold the old name until
//! the contract, so that old builds never meet the new one.

use crate::model::parts::entity::Entity;
use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::dependents::enum_columns::Holder;
use crate::model::names::Position;
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::sql::ddl;
use crate::plan::triggers::enum_value::GivesWay;
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::values::default::literal;
use crate::syntax::words::name::{ColumnName, Name};

pub(crate) struct RenameEnumValue {
    /// The enum in the place of the table.
    old: ColumnName,
    new: Name,
}

impl Operation for RenameEnumValue {
    /// The columns that may hold the value.
    type Facts = Vec<Holder>;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let old = ColumnName::parse_value(input)?;
        input.parse::<Token![=>]>()?;
        Ok(RenameEnumValue { old, new: input.parse()? })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.old.name.span, "outside a migration it is not known which columns hold it")
            .help("`rename_enum_value!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let value = |name: &Name| {
            let value = ColumnName { table: self.old.table.clone(), name: name.clone() };
            Object::value(&value).at(name.span)
        };
        vec![value(&self.old.name), value(&self.new)]
    }

    fn claims_in(&self, schema: &Schema) -> Vec<Claim> {
        schema.claims_on_holders(&self.old)
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Vec<Holder>> {
        let before = errors.count();
        let name = &self.old.table;
        let labels = schema.entity(Kind::Enum, name, None, errors)?.labels();
        schema.check_value(name, &self.old.name, errors);
        if labels.contains(&self.new.text) {
            let new = &self.new;
            errors.at(new.span, format_args!("enum `{name}` has the value `{new}` already"));
        }
        let holders = schema.holders_of(&self.old, errors);
        (errors.count() == before).then_some(holders)
    }

    fn plan(&self, holders: &Vec<Holder>, at: Position) -> Plan {
        let mut steps = vec![self.add()];
        let mut contract = Vec::new();
        for holder in holders {
            let back = GivesWay { holder, from: &self.new, to: &self.old.name, at };
            let why =
                "old builds do not know the new name: rows hold the old one until the contract";
            steps.push(Step::transaction(Phase::Expand, why, back.install()).undo(back.remove()));

            let forth = GivesWay { holder, from: &self.old.name, to: &self.new, at };
            let mut turn = vec![ddl::lock_table(&holder.table, Mode::AccessExclusive)];
            turn.extend(back.remove());
            turn.extend(forth.install());
            if let Some(default) = holder.default(&self.old.name, &self.new) {
                let column = &holder.column.name;
                turn.push(ddl::set_default(&holder.table, column, &default.sql()));
            }
            let why = "every build knows both names: from now on rows get the new one";
            contract.push(Step::transaction(Phase::Contract, why, turn));
            contract.extend(forth.replace(Phase::Contract));
            let why = "no row holds the old name, and none can";
            contract.push(Step::transaction(Phase::Contract, why, forth.remove()));
        }
        steps.extend(contract);
        let (old, new) = (&self.old.name, &self.new);
        let notes = vec![
            format!(
                "new builds take `{old}` and `{new}` for one: until the contract has run rows hold \
                 `{old}`, also where `{new}` was written"
            ),
            format!(
                "`{old}` stays in the type, because PostgreSQL takes no value away: a check on each \
                 column keeps it out; and an undo leaves `{new}` in it"
            ),
        ];
        Plan::noting(steps, notes)
    }

    fn apply(&self, schema: &mut Schema) {
        let name = &self.old.table;
        let Some(known) = schema.find_entity(Kind::Enum, name, None) else { return };
        let (mut labels, gone) = (known.labels().to_vec(), known.gone_labels().to_vec());
        let Some(at) = labels.iter().position(|label| *label == self.old.name.text) else { return };
        if labels.contains(&self.new.text) {
            return;
        }
        labels.insert(at + 1, self.new.text.clone());
        schema.put_entity(Entity::of_enum(name.clone(), labels, gone));
        // Its contract sets the default.
        schema.keep_out(&self.old, &self.new, &Role::Synced);
    }
}

impl RenameEnumValue {
    fn add(&self) -> Step {
        let (old, new) = (literal(&self.old.name.text), literal(&self.new.text));
        let name = self.old.table.quoted();
        let sql = format!("alter type {name} add value if not exists {new} after {old}");
        let why =
            "a transaction of its own: PostgreSQL lets nothing use the value before the commit";
        Step::transaction(Phase::Expand, why, vec![Statement::free(sql).changing(name)])
    }
}
