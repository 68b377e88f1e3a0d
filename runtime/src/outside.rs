//! What depends, outside the history, on what a switch or a contract takes away.
//!
//! PostgreSQL drops much of it with a column without a word, indexes on several columns too, and
//! refuses to drop the column because of the rest, when locks are held already.

mod bodies;
mod depend;
mod statements;
mod words;

use crate::error::Error;
use crate::lock::Held;
use crate::migration::{Dropped, Migration, Phase};
use crate::obstacle::{Obstacle, Usage};
use crate::settings::Settings;

/// What holds a phase back, and what is only to be told; nothing is locked and nothing of the
/// user's is changed.
pub(crate) async fn obstacles(
    held: &mut Held<'_>,
    settings: &Settings,
    migration: &'static Migration,
    phase: Phase,
) -> Result<Vec<Obstacle>, Error> {
    let dropped: Vec<&Dropped> = migration.steps(phase).flat_map(|step| step.drops).collect();
    if dropped.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = depend::obstacles(held, &dropped).await?;
    // What is switched keeps its name, and whoever writes that name goes on.
    if phase == Phase::Contract {
        found.extend(bodies::obstacles(held, &dropped).await?);
        if settings.statements.usage != Usage::Ignore {
            found.extend(statements::obstacles(held, settings, migration.id, &dropped).await?);
        }
    }
    Ok(found)
}
