//! Rows that break a check which nobody has proved: PostgreSQL takes no update of such a row, so a
//! backfill would stop half-way.

use crate::model::Schema;
use crate::plan::safe::violation;
use crate::plan::{NoRows, Phase, Step, Work};
use crate::syntax::tables::constraint::{Constraint, Rule};
use crate::syntax::tables::table::Table;

/// Puts a look for such rows in front of the steps that write them, unless these may mend them.
pub(crate) fn look(steps: &mut Vec<Step>, schema: &Schema) {
    let fills = |step: &Step| matches!(step.work, Work::Backfill(_) | Work::Convert(_));
    // To look through all tables would be felt.
    if !steps.iter().any(fills) {
        return;
    }
    let mut looks: Vec<Step> = Vec::new();
    for table in schema.unproved_tables() {
        let unproved = table.constraints.iter().filter(|item| item.terms.not_valid);
        for check in unproved.filter(|item| matches!(item.rule, Rule::Check(_))) {
            if steps.iter().any(|step| rewrites(&step.work, table, check)) {
                looks.extend(look_for(table, check));
            }
        }
    }
    steps.splice(0..0, looks);
}

/// Tells whether it writes the table's rows, and nothing that the check is about.
fn rewrites(work: &Work, table: &Table, check: &Constraint) -> bool {
    let (on, written): (&str, Vec<&str>) = match work {
        Work::Backfill(backfill) => (&backfill.table, backfill.columns().collect()),
        Work::Convert(convert) => {
            let write = convert.write.iter().map(|column| column.trim_matches('"'));
            (&convert.table, write.collect())
        }
        _ => return false,
    };
    on == table.name.quoted() && !written.iter().any(|column| check.needs(column))
}

fn look_for(table: &Table, check: &Constraint) -> Option<Step> {
    let require = NoRows {
        table: table.name.quoted(),
        violation: violation::condition(&table.name, check, &[])?,
        problem: format!("break `{}`, which is not valid", check.name.as_ref()?),
        help: format!("mend these rows first, then {}", check.proving(&table.name)),
    };
    let why = "finds rows that PostgreSQL would let no backfill write, before anything is done";
    Some(Step::new(Phase::Expand, why, Work::NoRows(require)))
}
