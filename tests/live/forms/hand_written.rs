//! The harness on histories that no macro wrote.

use changeover_tests::sample::{
    CONVERT_HISTORY, INDEX_HISTORY, PARTITIONED_HISTORY, RENAME_HISTORY,
};
use changeover_tests::{Client, Failure, Scenario};

const SEED: &str = "insert into users (username) select 'u' || n from generate_series(1, 2000) n";

#[test]
fn a_column_is_renamed() -> Result<(), Failure> {
    let old = Client::of("users").writes("username");
    let new = Client::of("users").writes("display_name");
    let scenario = Scenario::new(&RENAME_HISTORY, "m0002_rename")
        .seed(SEED)
        .old_build(old.unrelated("update users set note = note || '.' where id = $1"))
        .dual_build(Client::of("users").writes("username").writes("display_name"))
        .new_build(new.unrelated("update users set note = note || '.' where id = $1"))
        .equal("select count(*) from users where username is distinct from display_name");
    crate::live(&scenario, "hand_written_rename")
}

#[test]
fn an_index_is_added() -> Result<(), Failure> {
    let scenario = Scenario::new(&INDEX_HISTORY, "m0002_index")
        .seed(SEED)
        .old_build(Client::of("users").writes("username"));
    crate::live(&scenario, "hand_written_index")
}

#[test]
fn an_index_is_added_to_a_partitioned_table() -> Result<(), Failure> {
    let scenario = Scenario::new(&PARTITIONED_HISTORY, "m0002_index")
        .old_build(Client::of("events").writes("name"));
    crate::live(&scenario, "hand_written_partitioned")
}

#[test]
fn a_column_is_filled_by_a_function() -> Result<(), Failure> {
    let label = "upper($2) || '/'";
    let scenario = Scenario::new(&CONVERT_HISTORY, "m0002_label")
        .seed(SEED)
        .old_build(Client::of("users").writes("username").only_updates())
        .dual_build(Client::of("users").writes("username").writes_as("label", label))
        .equal("select count(*) from users where label is null");
    crate::live(&scenario, "hand_written_convert")
}
