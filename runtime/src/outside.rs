//! What depends, outside the history, on what a switch or a contract takes away.
//!
//! PostgreSQL drops much of it with a column without a word, indexes on several columns too, and
//! refuses to drop the column because of the rest, when locks are held already.

mod depend;

use crate::error::Error;
use crate::lock::Held;
use crate::migration::{Dropped, Migration, Phase};
use crate::obstacle::Obstacle;

/// What holds a phase back; nothing is locked and nothing is changed.
pub(crate) async fn obstacles(
    held: &mut Held<'_>,
    migration: &'static Migration,
    phase: Phase,
) -> Result<Vec<Obstacle>, Error> {
    let dropped: Vec<&Dropped> = migration.steps(phase).flat_map(|step| step.drops).collect();
    if dropped.is_empty() {
        return Ok(Vec::new());
    }
    depend::obstacles(held, &dropped).await
}
