//! Rules that look across the changes of a migration, one file each.

mod changed_twice;

use crate::diag::Errors;
use crate::migration::Migration;

pub(crate) fn all(migration: &Migration, errors: &mut Errors) {
    changed_twice::check(migration, errors);
}
