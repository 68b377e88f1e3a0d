//! The rules, on ledgers made by hand.

use super::*;
use crate::executor::mock::{FIRST, FOUR, ONE, SECOND};
use crate::ledger::StepState;

fn ledger(states: &[(&str, State)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (id, state) in states {
        ledger.migrations.push(Recorded {
            id: (*id).to_owned(),
            parent: FOUR.get(id).and_then(|one| one.parent).map(str::to_owned),
            state: *state,
            steps: Vec::new(),
        });
    }
    for migration in FOUR.migrations.iter().copied() {
        let Some(state) = ledger.get(migration.id).map(|one| one.state) else { continue };
        for phase in Phase::ALL {
            remember(&mut ledger, migration, phase, is_complete(phase, state));
        }
    }
    ledger
}

fn remember(ledger: &mut Ledger, migration: &Migration, phase: Phase, done: bool) {
    ledger.plan(migration, phase);
    for recorded in ledger.migrations.iter_mut().filter(|one| one.id == migration.id) {
        for step in recorded.steps.iter_mut().filter(|step| step.phase == phase && done) {
            step.state = StepState::Done;
        }
    }
}

#[test]
fn what_ran_unchanged_is_admitted() {
    let state = ledger(&[("m1", State::Contracted), ("m2", State::Migrated)]);
    assert!(admit(&FOUR, &state).is_ok());
    assert!(admit(&FOUR, &Ledger::default()).is_ok());
}

#[test]
fn a_database_that_is_ahead_is_admitted_until_a_switch_or_a_contract_has_begun() {
    let is_too_old = |head: &str, state| {
        let build = FOUR.until(head).expect("it is in the history");
        let outcome = admit(&build, &ledger(&[("m1", state), ("m2", State::Migrated)]));
        outcome.is_err_and(|error| error.is_too_old())
    };
    assert!(!is_too_old("m1", State::Migrated));
    for (state, admitted) in [
        (State::Switching, "m2"),
        (State::Switched, "m2"),
        (State::Contracting, "m3"),
        (State::Contracted, "m3"),
    ] {
        for build in ["m1", "m2", "m3"] {
            assert_eq!(is_too_old(build, state), build < admitted, "{build}, {state}");
        }
    }
}

#[test]
fn what_is_switched_can_be_undone_until_its_contract() {
    let may = |state| may_undo(&FOUR, &ledger(&[("m1", state), ("m2", State::Migrated)]), &SECOND);
    assert!(may(State::Switched).is_ok());
    assert!(may(State::Contracting).is_err_and(|error| error.is_undo_refused()));
}

#[test]
fn another_services_history_is_refused() {
    let outcome = admit(&ONE, &ledger(&[("somebody_elses", State::Migrated)]));
    assert!(outcome.is_err_and(|error| error.is_diverged()));
    assert!(admit(&ONE, &ledger(&[("somebody_elses", State::Pending)])).is_ok());
}

#[test]
fn a_migration_may_change_until_something_of_it_has_run() {
    let mut state = ledger(&[("m1", State::Expanding)]);
    let edit = |state: &mut Ledger| {
        for step in state.migrations.iter_mut().flat_map(|one| &mut one.steps) {
            step.sql += " edited";
        }
    };
    edit(&mut state);
    assert!(admit(&ONE, &state).is_ok());
    remember(&mut state, &FIRST, Phase::Expand, true);
    edit(&mut state);
    assert!(admit(&ONE, &state).is_err_and(|error| error.is_edited()));
}

#[test]
fn a_step_added_to_what_is_done_is_an_edit() {
    let mut state = ledger(&[("m1", State::Migrated)]);
    for recorded in &mut state.migrations {
        recorded.steps.retain(|step| step.phase != Phase::Migrate);
    }
    assert!(admit(&ONE, &state).is_err_and(|error| error.is_edited()));
}

#[test]
fn a_required_contract_is_pending_until_it_is_done() {
    let fourth = FOUR.head().expect("there are four");
    assert_eq!(pending_contract(fourth, &ledger(&[("m1", State::Contracting)])), Some("m1"));
    assert_eq!(pending_contract(fourth, &ledger(&[("m1", State::Contracted)])), None);
}

#[test]
fn only_the_last_migration_before_its_contract_can_be_undone() {
    let may = |states: &[(&str, State)]| may_undo(&FOUR, &ledger(states), &FIRST);
    assert!(may(&[("m1", State::Migrated)]).is_ok());
    assert!(may(&[("m1", State::Migrated), ("m2", State::Pending)]).is_ok());
    for states in [
        &[("m1", State::Migrated), ("m2", State::Expanding)][..],
        &[("m1", State::Migrated), ("unknown", State::Migrated)],
        &[("m1", State::Contracting)],
    ] {
        assert!(may(states).is_err_and(|error| error.is_undo_refused()));
    }
}
