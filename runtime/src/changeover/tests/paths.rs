//! Which path the session has for which statement.

use super::*;
use crate::migration::mock::{DETACH, FINALIZE};

/// Gives the session the path of the user's expressions, until it is given another.
const GIVES: &str = "select pg_catalog.set_config('search_path', 'public, pg_temp', false)";

#[tokio::test]
async fn the_path_of_the_users_expressions_is_there_for_a_statement_of_the_plan_alone() {
    let (outcome, log) = migrate(|_, _| None).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    let all = log.all();
    let given: Vec<usize> = (0..all.len()).filter(|at| all[*at] == GIVES).collect();
    assert!(given.len() > 1, "{all:#?}");
    for at in given {
        let plans = ["create index", "drop index", DETACH, FINALIZE];
        assert!(plans.iter().any(|plan| all[at + 1].starts_with(plan)), "{}", all[at + 1]);
        let own = "('search_path', 'pg_catalog, pg_temp', false)";
        assert!(all[at + 2].contains(own), "{}", all[at + 2]);
    }
    let computes = ["limit 5", "limit 100", "set plan = "];
    let is_of_plan = |sql: &&String| {
        sql.contains("plan is null")
            && !sql.contains("insert into changeover.")
            && computes.iter().any(|words| sql.contains(words))
    };
    let of_plan: Vec<&String> = all.iter().filter(is_of_plan).collect();
    assert!(of_plan.len() > 2, "{all:#?}");
    for sql in of_plan {
        assert!(sql.contains("('search_path', 'public, pg_temp', true); "), "{sql}");
    }
}
