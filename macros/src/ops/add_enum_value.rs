//! `add_enum_value!(order_status.delivered, after = shipped)`: catalog G1.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::{Claim, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Statement, Step};
use crate::syntax::values::default::literal;
use crate::syntax::words::list::{options, value};
use crate::syntax::words::name::{ColumnName, Name};

pub(crate) struct AddEnumValue {
    /// The enum in the place of the table.
    value: ColumnName,
    before: Option<Name>,
    after: Option<Name>,
}

impl Operation for AddEnumValue {
    type Facts = ();

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let wanted = ColumnName::parse_value(input)?;
        let (mut before, mut after) = (None, None);
        options(
            input,
            errors,
            &mut [("before", &mut value(&mut before)), ("after", &mut value(&mut after))],
        );
        Ok(AddEnumValue { value: wanted, before, after })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        let neighbours = self.before.iter().chain(&self.after);
        let labels = neighbours.map(|label| label.text.clone()).collect();
        let definition = Definition::Enum { labels, gone: Vec::new() };
        let assumed = Entity::assumed(Kind::Enum, &self.value.table, None);
        schema.put_entity(Entity { definition, ..assumed });
    }

    /// The value alone: a migration may add several to one enum.
    fn claims(&self) -> Vec<Claim> {
        vec![Object::value(&self.value).at(self.value.name.span)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<()> {
        let (name, label) = (&self.value.table, &self.value.name);
        let known = schema.entity(Kind::Enum, name, None, errors)?;
        let labels = known.labels();
        let before = errors.count();
        if labels.contains(&label.text) {
            let error = errors
                .at(label.span, format_args!("enum `{name}` has the value `{label}` already"));
            if known.gone_labels().contains(&label.text) {
                error.note("PostgreSQL keeps a value that was dropped, and checks keep it out of the columns");
            }
        }
        for neighbour in self.before.iter().chain(&self.after) {
            schema.check_value(name, neighbour, errors);
        }
        if let (Some(one), Some(other)) = (&self.before, &self.after) {
            for place in [one, other] {
                errors.at(place.span, "a value stands `before` another or `after` one, not both");
            }
        }
        (errors.count() == before).then_some(())
    }

    fn plan(&self, (): &(), _: Position) -> Plan {
        let place = match (&self.before, &self.after) {
            (Some(label), _) => format!(" before {}", literal(&label.text)),
            (_, Some(label)) => format!(" after {}", literal(&label.text)),
            _ => String::new(),
        };
        let (name, label) = (self.value.table.quoted(), literal(&self.value.name.text));
        let add = format!("alter type {name} add value if not exists {label}{place}");
        let why =
            "a transaction of its own: PostgreSQL lets nothing use the value before the commit";
        let step = Step::transaction(Phase::Expand, why, vec![Statement::free(add).changing(name)]);
        let notes = vec![
            "an undo leaves the value where it is: PostgreSQL cannot take one away".to_owned(),
            "builds that know the values by heart fail on a row that holds the new one: let each \
             of them read it before one writes it"
                .to_owned(),
        ];
        Plan::noting(vec![step], notes)
    }

    fn apply(&self, schema: &mut Schema) {
        let (name, label) = (&self.value.table, &self.value.name.text);
        let Some(known) = schema.find_entity(Kind::Enum, name, None) else { return };
        let (mut labels, gone) = (known.labels().to_vec(), known.gone_labels().to_vec());
        let place = |neighbour: &Name| labels.iter().position(|label| *label == neighbour.text);
        let at = match (&self.before, &self.after) {
            (Some(before), _) => place(before),
            (_, Some(after)) => place(after).map(|at| at + 1),
            _ => None,
        };
        if !labels.contains(label) {
            labels.insert(at.unwrap_or(labels.len()), label.clone());
        }
        schema.put_entity(Entity::of_enum(name.clone(), labels, gone));
    }
}
