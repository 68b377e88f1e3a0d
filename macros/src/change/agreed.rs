//! What the rows of a table agree on until a change's contract.

use quote::ToTokens as _;

use crate::plan::agreement::Agreement;
use crate::plan::{Convert, Phase, Step, Work};

/// What the steps of a change keep in step: what a step fills, and a later one takes the triggers
/// away that went on with it.
pub(crate) fn of(steps: &[Step]) -> Vec<Agreement> {
    let ends = |until: Phase| steps.iter().any(|step| step.phase == until);
    let filled = |step: &Step| match &step.work {
        Work::Backfill(fill) => {
            let agrees = fill.agrees.iter().filter(|one| ends(one.until)).cloned();
            agrees.map(|one| Agreement { since: one.since.or(Some(step.phase)), ..one }).collect()
        }
        Work::Convert(by) => vec![of_function(by, step.phase)],
        _ => Vec::new(),
    };
    steps.iter().flat_map(filled).collect()
}

fn of_function(of: &Convert, since: Phase) -> Agreement {
    let columns = of.write.join(", ");
    let path = of.function.to_token_stream().to_string().replace(' ', "");
    let unverified = Some(format!("only the service's function `{path}` knows the value"));
    Agreement {
        table: of.table.clone(),
        differing: format!("in which {columns} is not what `{path}` gives"),
        since: Some(since),
        until: Phase::Contract,
        ways: Vec::new(),
        unverified,
    }
}
