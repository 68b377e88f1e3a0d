//! The plan of a migration as SQL that a reviewer reads in a pull request.
//!
//! The file answers what somebody asks who is woken at night by a migration: which lock, for how
//! long, and what if it stops here. Its statements are the ones that run, in their order, so it
//! can also be piped into `psql`; how to take them back is in comments.

use std::fmt;

use crate::migration::{Change, Course, Migration, OlderTool, Phase, Step, Work};
use crate::work::page::{Page, lock_timeout};

/// Renders the plan of a migration; the same text on every run.
///
/// ```
/// # mod m0001_users { changeover::migration! { create_table!(users { id: bigint primary_key }); } }
/// # changeover::migrations! { static MIGRATIONS = [m0001_users]; }
/// # fn main() {
/// let page = changeover::review::render(MIGRATIONS.head().expect("a migration"));
/// assert!(page.contains("create table \"public\".\"users\""));
/// # }
/// ```
pub fn render(migration: &Migration) -> String {
    let mut page = Page::default();
    page.header(migration);
    for phase in Phase::ALL {
        if migration.steps(phase).next().is_some() {
            page.phase(migration, phase);
        }
    }
    page.undo(migration);
    page.text
}

impl Page {
    fn header(&mut self, migration: &Migration) {
        self.comment(migration.id);
        self.comment(match migration.parent {
            Some(parent) => format!("after {parent}"),
            None => "the first of its history".to_owned(),
        });
        if let Some(baseline) = migration.baseline {
            self.prose(
                "a baseline: where the database has all of this, as it is said here, nothing of it runs \
                 and that is recorded; where it has nothing of it, it runs; otherwise it is refused with \
                 the differences, and nothing is changed. It is never undone.",
            );
            if let Some(OlderTool { tool, version }) = baseline.older {
                self.comment(format!("of a database that {tool} has brought to {version}"));
            }
        }
        for id in migration.requires {
            self.comment(format!("starts only when the contract of {id} has run"));
        }
        for id in migration.switches {
            self.comment(format!(
                "declares switch!({id}): this build lives with what is there before {id} swaps and after"
            ));
        }
        for id in migration.contracts {
            self.comment(format!(
                "declares contract!({id}): no code of this build uses what {id} replaced"
            ));
        }
        if !migration.doc.trim().is_empty() {
            self.line("--");
            self.comment(migration.doc.trim());
        }
    }

    fn phase(&mut self, migration: &Migration, phase: Phase) {
        self.rule(phase);
        self.comment(about(phase, migration.id));
        let steps = migration.steps(phase).count();
        let mut number = 0;
        for change in migration.changes() {
            let mut own = change.steps.iter().filter(|step| step.phase == phase).peekable();
            if own.peek().is_none() {
                continue;
            }
            self.blank();
            self.comment(format!("{}!({})", change.operation, change.subject));
            // Once, where the change begins, whichever phase that is.
            if change.steps.iter().map(|step| step.phase).min() == Some(phase) {
                change.notes.iter().for_each(|note| self.prose(format!("note: {note}")));
            }
            self.lasts = is_direct(change);
            for step in own {
                number += 1;
                self.step(step, format!("{number}/{steps}"));
            }
        }
    }

    fn step(&mut self, step: &Step, number: impl fmt::Display) {
        self.blank();
        self.prose(format!("{number} {}", step.why));
        if step.course == Course::BackOnly {
            self.comment("nothing to do on the way forward");
        } else {
            step.work.kind().review(self);
        }
    }

    fn undo(&mut self, migration: &Migration) {
        let kept = [Phase::Switch, Phase::Background, Phase::Migrate, Phase::Expand];
        let changes = || migration.changes().iter().rev();
        let of = |phase: Phase, change: &'static Change| {
            let steps = change.steps.iter().rev().filter(move |step| step.phase == phase);
            steps.filter_map(move |step| Some((step.undo.as_ref()?, is_direct(change))))
        };
        let mut works =
            kept.iter().flat_map(|phase| changes().flat_map(move |it| of(*phase, it))).peekable();
        if works.peek().is_none() {
            return;
        }
        self.rule("undo");
        let end = if migration.has_contract() { "its contract or " } else { "" };
        self.comment(format!(
            "Until {end}a later migration has begun, `undo` takes the steps back, the last one first:"
        ));
        for (work, lasts) in works {
            let mut undo = Page { lasts, ..Page::default() };
            work.kind().review(&mut undo);
            self.blank();
            for line in undo.text.lines() {
                self.comment(format!("undo: {line}"));
            }
        }
    }
}

/// Tells whether it is the one-step form, whose rows are read or written under its lock.
fn is_direct(change: &Change) -> bool {
    change.steps.iter().any(|step| matches!(step.work, Work::SizeLimit(_)))
}

fn about(phase: Phase, id: &str) -> String {
    let wait = lock_timeout();
    match phase {
        Phase::Expand => format!(
            "Waits for nothing. A transaction takes all its locks first; if it does not get them \
             within\n{wait}, it lets clients pass and tries again. If it stops: each step is done \
             wholly or not\nat all, and the next run goes on."
        ),
        Phase::Migrate => "Runs as soon as expand is done. Long, but what blocks reads or writes \
             is brief.\nIf it stops: both shapes are in use and equal, and the next run goes on."
            .to_owned(),
        Phase::Background => {
            "Runs when migrate is done, with an instance that holds a lease or with the next run:\n\
             new builds serve meanwhile. Long, but what blocks reads or writes is brief.\n\
             If it stops: another goes on."
                .to_owned()
        }
        Phase::Switch => format!(
            "Waits for a later migration that says `switch!({id})`,\n\
             and for a run of `contract()` once no older build is live.\n\
             Undoing that migration takes it back. If it stops: each step is done wholly or not\n\
             at all, and the next run goes on."
        ),
        Phase::Contract => format!(
            "Waits for a later migration that says `contract!({id})`,\nand for a run of \
             `contract()` once no older build is live.\nCannot be undone: what it drops is gone. \
             If it stops: the next run goes on."
        ),
    }
}
