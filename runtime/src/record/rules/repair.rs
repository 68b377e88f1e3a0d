//! May the record be changed by hand? Only what is certainly wrong is refused.

use super::admit::{declares, not_too_old};
use super::edited::{fixed_steps, same_plan, same_steps};
use crate::migration::{Migration, Migrations, Phase};
use crate::outcome::error::{Detail, Error};
use crate::outcome::status::State;
use crate::record::ledger::{Ledger, Recorded};
use crate::settings::repair::{Repair, What};

/// Tells whether a repair may be right.
pub(crate) fn may_repair(
    history: &Migrations,
    ledger: &Ledger,
    repair: &Repair,
) -> Result<(), Error> {
    not_too_old(history, ledger)?;
    let id = repair.migration.as_str();
    let (ours, recorded) = (history.get(id), ledger.get(id));
    let unknown = || Error::new(Detail::UnknownMigration { id: id.to_owned() });
    let wrong = match repair.what {
        What::AcceptPlan => no_plan_to_accept(ours.ok_or_else(unknown)?, recorded),
        What::Recount => {
            ours.and(recorded).ok_or_else(unknown)?;
            None
        }
        What::Forget => not_forgettable(ours, recorded.ok_or_else(unknown)?, ledger),
        What::MarkDone { phase, step } | What::MarkUndone { phase, step } => {
            let ours = ours.ok_or_else(unknown)?;
            recorded.map_or(Ok(()), |recorded| same_steps(ours, recorded))?;
            let done = matches!(repair.what, What::MarkDone { .. });
            no_such_step(ours, phase, step).or_else(|| {
                if done {
                    not_doable(history, ledger, ours, (phase, step))
                } else {
                    not_undoable(recorded, (phase, step))
                }
            })
        }
    };
    match wrong {
        Some(why) => Err(Error::new(Detail::RepairRefused {
            what: repair.what.name().to_owned(),
            migration: id.to_owned(),
            why,
        })),
        None => Ok(()),
    }
}

fn no_plan_to_accept(ours: &Migration, recorded: Option<&Recorded>) -> Option<String> {
    let Some(recorded) = recorded.filter(|recorded| recorded.state != State::Pending) else {
        return Some("nothing of it has run, so it may be edited as it is".to_owned());
    };
    if same_plan(ours, recorded).is_ok() && recorded.plan_version == Some(ours.plan_version) {
        return Some("the recorded plan is this build's already".to_owned());
    }
    Phase::ALL.into_iter().find_map(|phase| {
        let (run, planned) = (recorded.last_effect(phase), ours.steps(phase).count());
        let open = fixed_steps(recorded, phase).is_some();
        (open && run > planned).then(|| {
            format!(
                "step {run} of its {phase} has run, and the plan of this build has {planned}\n\
                 help: undo it with the build that ran it"
            )
        })
    })
}

fn no_such_step(ours: &Migration, phase: Phase, step: usize) -> Option<String> {
    let count = ours.steps(phase).count();
    (!(1..=count).contains(&step)).then(|| format!("its {phase} has {count} steps, no step {step}"))
}

fn not_doable(
    history: &Migrations,
    ledger: &Ledger,
    ours: &Migration,
    (phase, step): (Phase, usize),
) -> Option<String> {
    let state = ledger.state(ours.id);
    let recorded = ledger.get(ours.id).and_then(|recorded| recorded.step(phase, step));
    if state == State::Contracted || recorded.is_some_and(|step| step.state.is_behind()) {
        return Some(format!("step {step} of its {phase} is recorded as done"));
    }
    let after = match phase {
        Phase::Expand | Phase::Migrate | Phase::Background => return None,
        Phase::Contract if ours.has_switch() => State::Switched,
        Phase::Switch | Phase::Contract if ours.has_background() => State::Completed,
        Phase::Switch | Phase::Contract => State::Migrated,
    };
    if !(after..=State::Contracting).contains(&state) {
        return Some(format!("it is {state}, and its {phase} comes after it is {after}"));
    }
    let undeclared = !declares(history, phase, ours.id);
    undeclared.then(|| {
        format!(
            "this build does not declare `{phase}!({})`, so its code still needs what that ends",
            ours.id
        )
    })
}

fn not_undoable(recorded: Option<&Recorded>, (phase, step): (Phase, usize)) -> Option<String> {
    let Some(recorded) = recorded.filter(|recorded| recorded.phase(phase).next().is_some()) else {
        return Some(format!("nothing is recorded of its {phase}"));
    };
    let state = recorded.state;
    let after = (phase <= Phase::Background
        && (State::Switching..=State::Contracted).contains(&state))
        || (phase == Phase::Switch && (State::Contracting..=State::Contracted).contains(&state))
        || state == State::Contracted;
    if after {
        return Some(format!("it is {state}, which only what is done before can be"));
    }
    let known = recorded.step(phase, step)?;
    let done = known.state.has_effect() || known.state.is_behind() || recorded.is_complete(phase);
    (!done).then(|| format!("step {step} of its {phase} is recorded as {}", known.state.name()))
}

fn not_forgettable(
    ours: Option<&Migration>,
    recorded: &Recorded,
    ledger: &Ledger,
) -> Option<String> {
    if matches!(recorded.state, State::Contracting | State::Contracted) {
        return Some("its contract has begun, and what that drops is gone".to_owned());
    }
    let later = ledger.migrations.iter().skip_while(|other| other.id != recorded.id).skip(1);
    if let Some(later) = later.filter(|other| other.state != State::Pending).last() {
        let id = &later.id;
        return Some(format!("`{id}` builds on it\nhelp: take `{id}` back first"));
    }
    let ours = ours?;
    let has_run = |phase, ids: &[&'static str], from| {
        let run = |id: &&&'static str| (from..=State::Contracted).contains(&ledger.state(id));
        let id = ids.iter().find(run)?;
        Some(format!("it declares the {phase} of `{id}`, which has begun"))
    };
    has_run(Phase::Contract, ours.contracts, State::Contracting)
        .or_else(|| has_run(Phase::Switch, ours.switches, State::Switching))
}
