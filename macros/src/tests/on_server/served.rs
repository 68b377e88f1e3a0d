//! A change that leaves a trigger until its contract, and a later one of what the trigger serves: once
//! that is gone the trigger would go on to change what builds write, or fail it.

use super::History;
use crate::tests::typos::BASE;

/// The first change, then later ones, none of which may run before its contract.
const SERVED: &[(&str, &[&str])] = &[
    (
        r#"add_check!(users, "code <> ''", fill(code = "'x'"), name = c_);"#,
        &[
            "drop_constraint!(users.c_);",
            "rename_constraint!(users.c_ => d_);",
            "drop_column!(users.code);",
            "rename_table!(users => accounts_);",
        ],
    ),
    (
        r#"add_foreign_key!(events.id => customers.id, fill = "null", name = f_);"#,
        &[
            "drop_constraint!(events.f_);",
            "rename_constraint!(events.f_ => g_);",
            "drop_column!(events.id);",
            "rename_table!(customers => clients_);",
            "drop_table!(events);",
            r#"create_policy!(every on customers, using = "true"); enable_row_level_security!(customers, force);"#,
        ],
    ),
    (
        r#"set_not_null!(users.email, fill = "''");"#,
        &[
            "drop_not_null!(users.email);",
            r#"drop_column!(users.email, fill = "'x'");"#,
            "drop_table!(users);",
        ],
    ),
    (
        r#"drop_not_null!(users.username, fill = "'none'");"#,
        &["set_not_null!(users.username);", "drop_column!(users.username);"],
    ),
    (
        r#"add_column!(users.region_: text not_null, fill = "email");"#,
        &[
            "drop_not_null!(users.region_);",
            r#"drop_column!(users.region_, fill = "'x'");"#,
            "change_type!(users.region_: varchar);",
            "drop_column!(users.email);",
        ],
    ),
    (
        "add_identity!(customers.number);",
        &[
            "drop_identity!(customers.number);",
            "drop_column!(customers.number);",
            "rename_table!(customers => clients_);",
        ],
    ),
    ("drop_identity!(customers.id);", &["add_identity!(customers.id);"]),
    (
        "drop_enum_value!(mood.sad, replace_by = happy);",
        &[
            "drop_constraint!(days.days_mood_not_sad);",
            "rename_constraint!(days.days_mood_not_sad => r_);",
            "rename_enum_value!(mood.happy => glad_);",
            "drop_column!(days.mood);",
            "rename_table!(days => dates_);",
        ],
    ),
    (
        "detach_partition!(visits_1 of visits);",
        &[
            "add_index!(visits(at));",
            "drop_index!(visits_page_idx);",
            "add_column!(visits.more_: text);",
            r#"add_check!(visits, "page <> ''");"#,
            "drop_constraint!(visits.visits_customer_id_fkey);",
            "set_statistics!(visits.page, 500);",
            "rename_table!(visits => calls_);",
            "drop_table!(visits);",
        ],
    ),
    (
        r#"backfill!(users.email = "username || '@example.org'");"#,
        &[
            "drop_column!(users.email);",
            "rename_column!(users.username => name_);",
            "drop_table!(users);",
        ],
    ),
    (
        "rename_column!(users.username => display_name_);",
        &["drop_not_null!(users.display_name_);", "change_type!(users.display_name_: varchar);"],
    ),
];

/// What an expression of the first names, and a change that takes it away in its own contract.
const NAMED: &[(&str, &str)] = &[
    (r#"set_not_null!(users.email, fill = "shout(username)");"#, "drop_function!(shout(text));"),
    (
        r#"add_check!(users, "code <> ''", fill(code = "shout(code)"));"#,
        "drop_function!(shout(text));",
    ),
    (r#"add_column!(users.b_: text, fill = "(username)::unused::text");"#, "drop_enum!(unused);"),
    (r#"backfill!(users.email = "nextval('numbers')::text");"#, "drop_sequence!(numbers);"),
];

/// The first change's trigger writes a value that a later migration takes away.
const WRITTEN: &[(&str, &str)] = &[
    (
        "drop_enum_value!(mood.sad, replace_by = happy); add_enum_value!(mood.calm_);",
        "drop_enum_value!(mood.happy, replace_by = calm_);",
    ),
    (r#"set_not_null!(days.mood, fill = "'sad'");"#, SAD),
    (r#"set_not_null!(days.mood, fill = "'sad'");"#, "rename_enum_value!(mood.sad => blue_);"),
    (r#"drop_not_null!(days.now, fill = "'sad'");"#, SAD),
    (r#"add_column!(days.next_: mood not_null, fill = "coalesce(mood, 'sad')");"#, SAD),
    (r#"add_check!(days, "mood is not null", fill(mood = "'sad'"));"#, SAD),
    (r#"backfill!(days.mood = "'sad'", where = "mood is null");"#, SAD),
];
const SAD: &str = "drop_enum_value!(mood.sad, replace_by = happy);";

fn errors_of(changes: &[&str]) -> Vec<String> {
    History::of(BASE, changes).err().unwrap_or_default()
}

/// Says what is wrong about a first change and a later one of what its trigger serves.
fn problem(first: &str, second: &str) -> Option<String> {
    let refused = errors_of(&[first, second]);
    let waits = |error: &String| error.contains("contract!(m0002); first");
    if !refused.iter().any(waits) {
        return Some(format!("{first} then {second}: {refused:?}"));
    }
    let together = format!("{first} {second}");
    if errors_of(&[&together]).is_empty() {
        return Some(format!("together: {together}"));
    }
    let declared = format!("contract!(m0002); {second}");
    let history = History::of(BASE, &[first, &declared]).ok()?;
    let (_, later) = history.migrations.get(2)?;
    let is_required = later.changes.iter().any(|change| change.requires.contains(&"m0002".into()));
    (!is_required).then(|| format!("{first} then {declared} does not wait"))
}

#[test]
fn what_a_trigger_serves_waits_for_its_contract() {
    let mut problems = Vec::new();
    for (first, later) in SERVED {
        problems.extend(errors_of(&[first]));
        problems.extend(later.iter().filter_map(|second| problem(first, second)));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_a_trigger_names_goes_after_it() {
    for (first, second) in NAMED {
        let refused = errors_of(&[first, second, "contract!(m0003);"]);
        let waits = |error: &String| error.contains("contract!(m0002); first");
        assert!(refused.iter().any(waits), "{first} then {second}: {refused:?}");
        let right = errors_of(&[first, second, "contract!(m0002); contract!(m0003);"]);
        assert_eq!(right, [] as [String; 0], "{first} then {second}");
    }
}

#[test]
fn a_value_goes_after_the_trigger_that_writes_it() {
    for (first, second) in WRITTEN {
        let refused = errors_of(&[first, second]);
        let waits = |error: &String| error.contains("contract!(m0002); first");
        assert!(refused.iter().any(waits), "{first} then {second}: {refused:?}");
        let right = errors_of(&[first, "contract!(m0002);", second]);
        assert_eq!(right, [] as [String; 0], "{first} then {second}");
    }
}
