//! What must not compile, and what the compiler says then.
//!
//! `TRYBUILD=overwrite cargo test -p changeover-tests --test ui` accepts the messages as they are.

use std::path::Path;

#[test]
fn mistakes_are_refused_on_the_exact_token() {
    let cases = trybuild::TestCases::new();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in changeover_tests::layout::operation_folders(tests) {
        if tests.join("ops").join(&folder).join("reject.rs").exists() {
            cases.compile_fail(format!("ops/{folder}/reject.rs"));
        }
    }
    for file in changeover_tests::layout::rust_files(&tests.join("ui")) {
        cases.compile_fail(file);
    }
}
