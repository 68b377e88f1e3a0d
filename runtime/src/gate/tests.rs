//! The rules, on ledgers made by hand.

use super::*;
use crate::executor::mock::{FIRST, ONE, THREE};
use crate::ledger::StepState;

fn ledger(states: &[(&str, State)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (id, state) in states {
        ledger.migrations.push(Recorded {
            id: (*id).to_owned(),
            parent: THREE.get(id).and_then(|one| one.parent).map(str::to_owned),
            state: *state,
            steps: Vec::new(),
        });
    }
    for migration in THREE.migrations.iter().copied() {
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
    assert!(admit(&THREE, &state).is_ok());
    assert!(admit(&THREE, &Ledger::default()).is_ok());
}

#[test]
fn a_database_that_is_ahead_is_admitted_until_a_contract_has_begun() {
    assert!(admit(&ONE, &ledger(&[("m1", State::Migrated), ("m2", State::Migrated)])).is_ok());
    for state in [State::Contracting, State::Contracted] {
        let outcome = admit(&ONE, &ledger(&[("m1", state), ("m2", State::Migrated)]));
        assert!(outcome.is_err_and(|error| error.is_too_old()));
    }
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
    let third = THREE.head().expect("there are three");
    assert_eq!(pending_contract(third, &ledger(&[("m1", State::Contracting)])), Some("m1"));
    assert_eq!(pending_contract(third, &ledger(&[("m1", State::Contracted)])), None);
}

#[test]
fn only_the_last_migration_before_its_contract_can_be_undone() {
    let may = |states: &[(&str, State)]| may_undo(&THREE, &ledger(states), &FIRST);
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
