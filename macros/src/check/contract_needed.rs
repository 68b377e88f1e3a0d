//! A change that needs another migration's contract comes in a migration behind the one that declares
//! it. Both in one could never run: the contract waits until the builds before this one are gone, and
//! this one waits for the contract before it serves.

use crate::change::Change;
use crate::diag::Errors;
use crate::migration::Migration;

pub(crate) fn check(migration: &Migration, errors: &mut Errors) {
    for change in &migration.changes {
        let needed = change.requires.iter().find(|id| migration.contracts.contains(id));
        let (Some(id), Some(claim)) = (needed, change.claims.first()) else { continue };
        let object = &claim.object;
        errors
            .at(claim.span, format_args!("{object} is free once the contract of `{id}` has run, which this migration declares"))
            .help(format_args!("a migration that declares it alone, and one behind it:\n{}", both(migration, id, change)))
            .note("the contract waits until older builds are gone, and this build would wait for the contract before it serves: neither would ever come");
    }
}

/// The two migrations, ready to be pasted.
fn both(migration: &Migration, id: &str, change: &Change) -> String {
    let parent = migration.parent.as_deref().unwrap_or(id);
    let (operation, subject) = (&change.operation, &change.subject);
    let first = format!("changeover::migration! {{ after super::{parent}; contract!({id}); }}");
    let own = own_name(change).unwrap_or_else(|| "the_first_of_these".to_owned());
    let second =
        format!("changeover::migration! {{ after super::{own}; {operation}!({subject}); }}");
    format!("{first}\n{second}")
}

/// The migration's own module, where it has a file of its name.
fn own_name(change: &Change) -> Option<String> {
    let claim = change.claims.first().filter(|_| proc_macro::is_available())?;
    let file = claim.span.unwrap().local_file()?;
    let stem = file.file_stem()?.to_str()?;
    let number = stem.strip_prefix('m')?;
    number.starts_with(|c: char| c.is_ascii_digit()).then(|| stem.to_owned())
}
