//! Rules that look across the changes of a migration, one file each.

mod background;
mod changed_twice;
mod contract_needed;
mod foreign_key_without_index;
mod index_before_backfill;
mod partition_key;
mod partitioned_table;
mod renamed_table;
mod type_choice;
mod unlogged_parent;

use crate::diag::Errors;
use crate::migration::Migration;

pub(crate) fn all(migration: &Migration, errors: &mut Errors) {
    // Nobody undoes what was there.
    if migration.baseline.is_none() {
        changed_twice::check(migration, errors);
    }
    background::check(migration, errors);
    contract_needed::check(migration, errors);
    index_before_backfill::check(migration, errors);
    partition_key::check(migration, errors);
    partitioned_table::check(migration, errors);
    renamed_table::check(migration, errors);
    unlogged_parent::check(migration, errors);
    // Advice is for what can be done at all, and comes too late for what is there.
    if errors.count() == 0 && migration.baseline.is_none() {
        foreign_key_without_index::check(migration, errors);
        type_choice::check(migration, errors);
    }
}
