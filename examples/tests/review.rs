//! The plans of the examples' migrations are kept beside them, as a user would keep them.

#[path = "../quickstart/migrations/mod.rs"]
mod migrations;

#[test]
fn the_plans_of_the_quickstart_are_reviewed() {
    changeover::testing::review_files(&migrations::MIGRATIONS, "quickstart/migrations/sql");
}
