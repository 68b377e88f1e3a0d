//! Files of SQL that are kept under version control and checked by a test.

use std::env;
use std::path::Path;

use crate::migration::Migrations;
use crate::review::files;

/// Checks that `<dir>/<id>.sql` shows the plan of each migration, and that no other `.sql` file is
/// there.
///
/// The directory is relative to the package, where `cargo test` runs a test. Where a plan has
/// changed, `UPDATE_SQL=1 cargo test` writes the files.
///
/// ```no_run
/// # static MIGRATIONS: changeover::Migrations =
/// #     changeover::Migrations { migrations: &[], schema: &[], names: &[] };
/// #[test]
/// fn the_plans_are_reviewed() {
///     changeover::testing::review_files(&MIGRATIONS, "src/migrations/sql");
/// }
/// ```
///
/// # Panics
///
/// With a diff of every file that is missing or differs.
pub fn review_files(history: &Migrations, dir: impl AsRef<Path>) {
    report(&differences(history, dir.as_ref(), update()));
}

/// What is wrong with the files, and writes none.
pub(super) fn difference(history: &Migrations, dir: &Path) -> Vec<String> {
    differences(history, dir, false)
}

const HELP: &str = "if the plan is right, run `UPDATE_SQL=1 cargo test`";

fn differences(history: &Migrations, dir: &Path, update: bool) -> Vec<String> {
    let failed = if update { files::write_files(history, dir).err() } else { None };
    let found = files::differences(history, dir);
    let found = found.iter().map(|difference| difference.text(HELP));
    failed.iter().map(ToString::to_string).chain(found).collect()
}

/// Checks that a file holds this SQL; `UPDATE_SQL=1 cargo test` writes it.
///
/// # Panics
///
/// With a diff, if the file is missing or differs.
pub fn check_sql(path: impl AsRef<Path>, actual: &str) {
    report(check(path.as_ref(), actual, update()).as_slice());
}

fn update() -> bool {
    env::var_os("UPDATE_SQL").is_some_and(|value| !value.is_empty() && value != "0")
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

/// Says what is wrong with a file, if anything.
fn check(path: &Path, actual: &str, update: bool) -> Option<String> {
    let difference = files::compare(path, actual, "the plan")?;
    if update {
        return files::write(path, actual).err().map(|error| error.to_string());
    }
    Some(difference.text(HELP))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::PathBuf, process};

    use super::{check, differences};
    use crate::migration::{Migration, Migrations, Plan};

    static FIRST: Migration = Migration {
        id: "m0001_first",
        parent: None,
        doc: "",
        plan: Plan::Written(&[]),
        switches: &[],
        contracts: &[],
        requires: &[],
        baseline: None,
        before: None,
        plan_version: 1,
        shape: "",
    };
    static HISTORY: Migrations = Migrations { migrations: &[&FIRST], schema: &[], names: &[] };

    /// A directory of its own for a test, removed with the value.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = env::temp_dir().join(format!("changeover-sql-{}-{name}", process::id()));
            fs::create_dir_all(&path).expect("a directory");
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn complaint(scratch: &Scratch) -> String {
        differences(&HISTORY, &scratch.0, false).join("\n\n")
    }

    #[test]
    fn a_missing_file_is_shown_whole_and_the_help_writes_it() {
        let scratch = Scratch::new("missing");
        let message = complaint(&scratch);
        assert!(message.contains("m0001_first.sql` is missing"), "{message}");
        assert!(message.contains("+-- m0001_first"), "{message}");
        assert!(message.contains("UPDATE_SQL=1 cargo test"), "{message}");
    }

    #[test]
    fn a_file_that_differs_is_shown_as_a_diff_until_it_is_written() {
        let scratch = Scratch::new("differs");
        let path = scratch.0.join("new/one.sql");
        assert_eq!(check(&path, "select 1;\n", true), None);
        let message = check(&path, "select 2;\n", false).expect("a complaint");
        assert!(message.contains("-select 1;\n+select 2;\n"), "{message}");
        assert_eq!(check(&path, "select 2;\n", true), None);
        assert_eq!(check(&path, "select 2;\n", false), None);
    }

    #[test]
    fn a_file_of_no_migration_is_a_complaint() {
        let scratch = Scratch::new("stray");
        fs::write(scratch.0.join("m0000_gone.sql"), "").expect("a file");
        assert!(complaint(&scratch).contains("m0000_gone.sql` belongs to no migration"));
    }
}
