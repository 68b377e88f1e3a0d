//! A number that stands for a history: what it does, word for word.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{Migration, Migrations, Plan};

impl Migrations {
    /// Returns the same for the same plans in the same order. Another compiler may give another number for
    /// them, which says that they differ where they do not, and never the other way round.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for migration in self.migrations {
            add(&mut hasher, migration);
        }
        hasher.finish()
    }
}

fn add(hasher: &mut DefaultHasher, migration: &Migration) {
    let Migration { id, parent, plan, switches, contracts, requires, plan_version, .. } = migration;
    (id, parent, switches, contracts, requires, plan_version).hash(hasher);
    migration.baseline.is_some().hash(hasher);
    migration.squashes().iter().map(|one| one.id).collect::<Vec<_>>().hash(hasher);
    match plan {
        Plan::Packed(packed) => packed.text().hash(hasher),
        Plan::Written(changes) => format!("{changes:?}").hash(hasher),
    }
}

#[cfg(test)]
mod tests {
    use crate::Migrations;
    use crate::migration::mock::{FOUR, ONE};

    #[test]
    fn another_history_has_another_digest() {
        let shorter = FOUR.until("m2").expect("it has one");
        let turned: Vec<_> = FOUR.migrations.iter().rev().copied().collect();
        let turned = Migrations { migrations: turned.leak(), ..FOUR };
        let all = [FOUR, shorter, turned, ONE].map(|history| history.digest());
        for (at, digest) in all.iter().enumerate() {
            assert!(!all[..at].contains(digest), "{all:?}");
        }
        let again = Migrations { migrations: FOUR.migrations, schema: &["x"], names: &[] };
        assert_eq!(again.digest(), FOUR.digest());
    }
}
