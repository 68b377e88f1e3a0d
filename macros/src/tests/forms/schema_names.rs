//! The names of a schema as constants, whatever the names are.

use crate::migration::schema_names::Module;
use crate::model::Schema;
use crate::tests::forms::history;

/// A line a constant: `users::EMAIL = email`, with a `!` where it is deprecated.
fn names(migrations: &[&str]) -> Vec<String> {
    let (planned, said) = history(migrations);
    assert_eq!(said, Vec::<String>::new());
    let last = planned.last().expect("a migration");
    let schema = Schema::read(&last.schema.write(), &format!("m{}", migrations.len()));
    let mut lines = Vec::new();
    flatten("", &Module::of(&schema), &mut lines);
    lines
}

fn flatten(path: &str, module: &Module, lines: &mut Vec<String>) {
    for constant in &module.constants {
        let mark = if constant.deprecated.is_some() { "!" } else { "" };
        lines.push(format!("{path}{}{mark} = {}", constant.ident, constant.value));
    }
    for (ident, inner) in &module.inner {
        flatten(&format!("{path}{ident}::"), inner, lines);
    }
}

#[test]
fn names_that_are_no_identifiers_have_one() {
    let table = r#"create_table!("type" {
        "Email": text, email: text, "e mail": text, "table": text, "2nd": text, self: text, "§": text,
        "größe": text, "_": text, end: text,
    });"#;
    assert_eq!(
        names(&[table]),
        [
            "r#type::TABLE = type",
            "r#type::EMAIL = email",
            "r#type::TABLE_ = \"table\"",
            "r#type::SELF = self",
            "r#type::__ = _",
            "r#type::END = \"end\"",
            "r#type::EMAIL_ = \"Email\"",
            "r#type::E_MAIL = \"e mail\"",
            "r#type::_2ND = \"2nd\"",
            "r#type::___ = \"§\"",
            "r#type::GRÖSSE = \"größe\"",
        ]
    );
}

#[test]
fn a_table_stands_in_its_schema_and_may_share_its_name() {
    let tables = r#"
        create_table!(billing { id: bigint primary_key });
        create_table!(billing.str { id: bigint primary_key });
        create_table!(billing."Self" { id: bigint primary_key });
        create_table!(users { id: bigint primary_key });
        create_table!("Users" { id: bigint primary_key });
        create_view!(v(a, "B"), "select id, id from users");
        create_materialized_view!(m, "select id as n from users", unique(n));
    "#;
    assert_eq!(
        names(&[tables]),
        [
            "billing::TABLE = billing",
            "billing::ID = id",
            "billing::str_::TABLE = billing.str",
            "billing::str_::ID = id",
            "billing::self_::TABLE = billing.\"Self\"",
            "billing::self_::ID = id",
            "users::TABLE = users",
            "users::ID = id",
            "v::TABLE = v",
            "v::A = a",
            "v::B = \"B\"",
            "m::TABLE = m",
            "m::N = n",
            "users_::TABLE = \"Users\"",
            "users_::ID = id",
        ]
    );
}

#[test]
fn what_goes_is_deprecated_until_its_contract_is_declared() {
    let base = "create_table!(users { id: bigint primary_key, a: text, c: text });
        create_table!(logins { id: bigint primary_key, at: date });
        create_table!(notes { id: bigint primary_key, text: text });";
    let change = r#"split_column!(users.a => { d: text = "a", e: text = "a" }, down = "d");
        change_type!(users.c: varchar(10), up = "left(c, 10)", down = "c");
        rename_table!(logins => sessions);
        drop_table!(notes);"#;
    let left = ["sessions::TABLE = sessions", "sessions::ID = id", "sessions::AT = at"];
    let users =
        ["users::TABLE = users", "users::ID = id", "users::C = c", "users::D = d", "users::E = e"];
    let pending = names(&[base, change]);
    let going = [
        "users::A! = a",
        "logins::TABLE! = logins",
        "logins::ID! = id",
        "logins::AT! = at",
        "notes::TABLE! = notes",
    ];
    let expected = [&left[..], &users, &going].concat();
    assert_eq!(pending, expected);
    let switched = "switch!(m2);";
    assert_eq!(names(&[base, change, switched]), expected);
    assert_eq!(names(&[base, change, switched, "contract!(m2);"]), [&left[..], &users].concat());
}
