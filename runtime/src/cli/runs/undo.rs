//! `undo` and `undo-to`: the way back.

use std::process::ExitCode;

use clap::Args;

use super::consent::Consent;
use super::end::{CODES, End};
use super::setup::Setup;
use crate::cli::failure::Failure;
use crate::migration::Migrations;

/// Takes one migration back, the newest step first
///
/// It is refused before anything is changed once the contract has begun, while an instance
/// lives that was built with it, and where rows would be lost. One that was interrupted goes
/// on with another `undo`; `up` turns it round.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct Undo {
    /// The migration
    id: String,
    #[command(flatten)]
    back: Back,
}

/// Takes back every migration after this one, the newest first
///
/// It is refused as `undo` is, before anything is changed. Builds whose head is this one can
/// serve alone again afterwards.
#[derive(Args)]
#[command(after_help = CODES, verbatim_doc_comment)]
pub(crate) struct UndoTo {
    /// The migration that stays, with all before it
    id: String,
    #[command(flatten)]
    back: Back,
}

#[derive(Args)]
struct Back {
    #[command(flatten)]
    setup: Setup,
    /// Drops tables that have rows, which are lost
    #[arg(long)]
    with_rows: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    end: End,
}

impl Undo {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let Undo { id, back } = self;
        back.confirmed()?;
        let mut ready = back.setup.connect(history, &back.end.format).await?;
        let outcome = if back.with_rows {
            ready.changeover.undo_with_rows(&id).await
        } else {
            ready.changeover.undo(&id).await
        };
        back.end.of(outcome, &ready.meter)
    }
}

impl UndoTo {
    pub(crate) async fn run(self, history: &Migrations) -> Result<ExitCode, Failure> {
        let UndoTo { id, back } = self;
        back.confirmed()?;
        let mut ready = back.setup.connect(history, &back.end.format).await?;
        let outcome = if back.with_rows {
            ready.changeover.undo_to_with_rows(&id).await
        } else {
            ready.changeover.undo_to(&id).await
        };
        back.end.of(outcome, &ready.meter)
    }
}

impl Back {
    fn confirmed(&self) -> Result<(), Failure> {
        if self.with_rows {
            self.consent.to("tables are dropped with their rows, which are lost")?;
        }
        Ok(())
    }
}
