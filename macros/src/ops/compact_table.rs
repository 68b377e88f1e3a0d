//! `compact_table!(orders)`: gives back the room that rows which are gone have left, in place.

use syn::parse::ParseStream;
use syn::{LitBool, LitInt};

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Kind, Object, Schema};
use crate::plan::objects::trigger;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Compaction, Phase, Step, Work};
use crate::syntax::words::list::{flag, options, value};
use crate::syntax::words::name::TableName;

pub(crate) struct CompactTable {
    table: TableName,
    least: Option<LitInt>,
    truncate: Option<LitBool>,
    fire_triggers: bool,
}

/// In percent: below that the rows are written for little.
const LEAST: u64 = 15;

impl Operation for CompactTable {
    /// The least that it is to give back.
    type Facts = u64;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table = input.parse()?;
        let (mut least, mut truncate, mut fire_triggers) = (None, None, false);
        options(
            input,
            errors,
            &mut [
                ("least", &mut value(&mut least)),
                ("truncate", &mut value(&mut truncate)),
                ("fire_triggers", &mut flag(&mut fire_triggers)),
            ],
        );
        Ok(CompactTable { table, least, truncate, fire_triggers })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.table, []);
    }

    fn claims(&self) -> Vec<Claim> {
        vec![Object::table(&self.table).at(self.table.span()).of(Facet::Removal)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<u64> {
        let before = errors.count();
        schema.table(&self.table, errors)?;
        let on_it =
            schema.entities(Kind::Trigger).filter(|one| one.on.as_ref() == Some(&self.table));
        for fires in on_it.filter(|one| !self.fire_triggers && trigger::fires_on_any_update(one)) {
            errors
                .at(self.table.span(), format_args!("trigger `{}` would fire for each row that moves", fires.name))
                .help(format_args!(
                    "replace_trigger!({} on {}, …, when = \"old.* is distinct from new.*\"); in a migration before it",
                    fires.name, self.table
                ))
                .help("fire_triggers")
                .note("to PostgreSQL a row that moves is one that is updated");
        }
        let least = self.least.as_ref().map_or(Ok(LEAST), LitInt::base10_parse);
        let least = least.ok().filter(|percent| (1..=90).contains(percent));
        if least.is_none() {
            let span = self.least.as_ref().map_or(self.table.span(), LitInt::span);
            errors.at(span, "what it is to give back at least is 1 to 90 percent of the table");
        }
        least.filter(|_| errors.count() == before)
    }

    fn plan(&self, least: &u64, _: Position) -> Plan {
        let work = Work::Compaction(Compaction {
            table: self.table.quoted(),
            least: *least,
            truncates: self.truncate.as_ref().is_none_or(LitBool::value),
            fires: self.fire_triggers,
        });
        let why = "rows move from the last pages to the first; reads and writes go on";
        let notes = vec![
            "a row that moves is written, and replicated, once more; a client under `repeatable read` \
             that writes it meanwhile may have to repeat its transaction (40001)"
                .to_owned(),
        ];
        Plan::noting(vec![Step::new(Phase::Migrate, why, work)], notes)
    }

    fn apply(&self, _: &mut Schema) {}
}
