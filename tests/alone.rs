//! Each macro outside a migration: it states itself what no history can tell, and plans the same.

use std::sync::LazyLock;

use changeover::migration::{Change, Migration, Step, Work};

mod m0001_base {
    changeover::migration! {
        create_table!(customers { id: bigint identity primary_key });
        create_table!(users {
            id: bigint identity primary_key,
            username: varchar(255) not_null,
            email: text default "none",
            legacy: text not_null,
            index(email),
        });
        create_table!(old_users { id: bigint });
        create_table!(unlogged drafts { id: bigint });
        create_table!(visits { page: text, partition_by(list(page)) });
        create_partition!(visits_1 of visits, in("a"));
        create_table!(tickets { number: bigint not_null, index(number) });
        create_schema!(empty);
        create_enum!(mood { happy, sad });
        create_enum!(spare { one });
        create_domain!(email: text);
        create_sequence!(numbers);
        create_extension!(citext);
    }
}

mod m0002_types {
    changeover::migration! {
        after super::m0001_base;
        create_schema!(billing);
        create_enum!(status { pending, "in transit" });
        add_enum_value!(mood.calm, after = happy);
        create_domain!(nick: text not_null default "x" check("value <> ''"));
        create_sequence!(countdown, start = 5, owned_by = users.id);
        create_extension!(hstore);
        drop_schema!(empty);
        drop_enum!(spare);
        drop_domain!(email);
        drop_sequence!(numbers);
        drop_extension!(citext);
    }
}

mod m0002_kept {
    changeover::migration! {
        after super::m0001_base;
        rename_table!(customers => clients);
        rebuild_index!(users_pkey);
        rename_index!(users_email_idx => by_email);
        replace_index!(tickets_number_idx => tickets(number desc), unique);
        create_partition!(visits_2 of visits, in("b"));
        detach_partition!(visits_1 of visits);
        set_storage_parameters!(users, fillfactor = 70);
        set_unlogged!(old_users, direct(max_rows = 10, reason = "few"));
        set_logged!(drafts, direct(max_rows = 10, reason = "few"));
    }
}

mod m0002_history {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.username => display_name);
        add_column!(
            users.customer_id: bigint references(customers.id),
            allow(foreign_key_without_index, reason = "the index below serves it")
        );
        add_index!(users(customer_id, id desc), unique, where = "customer_id > 0");
        drop_index!(users_email_idx);
        drop_column!(users.legacy, fill = "''");
    }
}

mod m0002_other {
    changeover::migration! {
        after super::m0001_base;
        create_table!(
            orders { id: bigint primary_key, by: bigint references(customers.id), index(by) }
        );
        drop_not_null!(users.legacy);
        set_not_null!(users.email, fill = "'unknown'");
        drop_table!(old_users);
        sql!(
            up = "create statistics users_words on username, email from users",
            undo = "drop statistics users_words",
            reason = "they go together"
        );
    }
}

mod m0002_constraints {
    changeover::migration! {
        after super::m0001_base;
        add_check!(users, "email <> ''", fill(email = "null"));
        add_foreign_key!(users.id => customers.id, on_delete = cascade, fill = "null::bigint", allow(foreign_key_without_index, reason = "the key goes below"));
        add_unique!(users(username, email), deferrable);
        add_primary_key!(old_users(id));
        drop_constraint!(users.users_pkey);
    }
}

mod m0002_reshaped {
    changeover::migration! {
        after super::m0001_base;
        split_column!(users.username => {
            first: text not_null = "split_part(username, ' ', 1)",
            last: text = "split_part(username, ' ', 2)",
        }, down = "first || ' ' || last");
        merge_columns!(users { email = "left(joined, 1)", legacy = "right(joined, 1)" } => joined: text, up = "email || legacy");
    }
}

mod m0002_columns {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.number: bigint identity(always, start = 10));
        add_identity!(tickets.number, always);
        drop_identity!(customers.id);
        add_generated_column!(users.shout: text = "upper(username)", stored);
        set_comment!(table customers, "c");
        set_statistics!(users.legacy, 500);
        set_compression!(users.username, lz4);
        set_storage!(users.email, external);
    }
}

static NUMBER: LazyLock<Change> =
    LazyLock::new(|| changeover::add_column!(users.number: bigint identity(always, start = 10)));
static ADD_IDENTITY: LazyLock<Change> =
    LazyLock::new(|| changeover::add_identity!(tickets.number: bigint not_null unique, always));
static DROP_IDENTITY: LazyLock<Change> = LazyLock::new(|| changeover::drop_identity!(customers.id));
static GENERATED: LazyLock<Change> = LazyLock::new(
    || changeover::add_generated_column!(users.shout: text = "upper(username)", stored),
);
static COMMENT: LazyLock<Change> = LazyLock::new(|| changeover::set_comment!(table customers, "c"));
static STATISTICS: LazyLock<Change> =
    LazyLock::new(|| changeover::set_statistics!(users.legacy, 500));
static COMPRESSION: LazyLock<Change> =
    LazyLock::new(|| changeover::set_compression!(users.username, lz4));
static STORAGE: LazyLock<Change> =
    LazyLock::new(|| changeover::set_storage!(users.email: text, external));
mod m0002_code {
    changeover::migration! {
        after super::m0001_base;
        create_view!(names(id, name), "select id, username from users", security_barrier);
        create_materialized_view!(lengths, "select id, length(email) as length from users", unique(id));
        create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
        create_trigger!(touched on users, before(update(email)), when = "new.email <> ''", function = touch);
        create_policy!(own on users, for = select, to(app), using = "email = current_user");
        enable_row_level_security!(users);
        grant!(select, update(email) on users to app);
    }
}

mod m0003_less_code {
    changeover::migration! {
        after super::m0002_code;
        drop_view!(names);
        refresh_materialized_view!(lengths);
        drop_trigger!(touched on users);
        drop_function!(touch());
        disable_row_level_security!(users);
        drop_policy!(own on users);
        revoke!(update(email) on users from app);
    }
}

static KEPT: LazyLock<[Change; 9]> = LazyLock::new(|| {
    [
        changeover::rename_table!(customers => clients),
        changeover::rebuild_index!(users_pkey, table = users),
        changeover::rename_index!(users_email_idx => by_email, table = users),
        changeover::replace_index!(tickets_number_idx => tickets(number desc), unique),
        changeover::create_partition!(visits_2 of visits, in("b")),
        changeover::detach_partition!(visits_1 of visits, key = page),
        changeover::set_storage_parameters!(users, fillfactor = 70),
        changeover::set_unlogged!(old_users, direct(max_rows = 10, reason = "few")),
        changeover::set_logged!(drafts, direct(max_rows = 10, reason = "few")),
    ]
});
static RENAME: LazyLock<Change> = LazyLock::new(
    || changeover::rename_column!(users.username => display_name: varchar(255) not_null, key = id),
);
static ADD: LazyLock<Change> =
    LazyLock::new(|| changeover::add_column!(users.customer_id: bigint references(customers.id)));
static INDEX: LazyLock<Change> = LazyLock::new(
    || changeover::add_index!(users(customer_id, id desc), unique, where = "customer_id > 0"),
);
static DROP_INDEX: LazyLock<Change> =
    LazyLock::new(|| changeover::drop_index!(users_email_idx, table = users));
static DROP: LazyLock<Change> =
    LazyLock::new(|| changeover::drop_column!(users.legacy: text not_null, fill = "''"));
static CREATE: LazyLock<Change> = LazyLock::new(|| {
    changeover::create_table!(
        orders { id: bigint primary_key, by: bigint references(customers.id), index(by) }
    )
});
static CHECK: LazyLock<Change> =
    LazyLock::new(|| changeover::add_check!(users, "email <> ''", fill(email = "null")));
static FOREIGN_KEY: LazyLock<Change> = LazyLock::new(|| {
    changeover::add_foreign_key!(
        users.id => customers.id, on_delete = cascade, fill = "null::bigint"
    )
});
static UNIQUE: LazyLock<Change> =
    LazyLock::new(|| changeover::add_unique!(users(username, email), deferrable));
static PRIMARY_KEY: LazyLock<Change> =
    LazyLock::new(|| changeover::add_primary_key!(old_users(id)));
static DROP_CONSTRAINT: LazyLock<Change> =
    LazyLock::new(|| changeover::drop_constraint!(users.users_pkey: primary_key(id)));
static RENAME_CONSTRAINT: LazyLock<Change> =
    LazyLock::new(|| changeover::rename_constraint!(customers.customers_pkey => customers_key));
static DROP_NOT_NULL: LazyLock<Change> = LazyLock::new(|| changeover::drop_not_null!(users.legacy));
static SET_NOT_NULL: LazyLock<Change> =
    LazyLock::new(|| changeover::set_not_null!(users.email, fill = "'unknown'"));
static SQL: LazyLock<Change> = LazyLock::new(|| {
    changeover::sql!(
        up = "create statistics users_words on username, email from users",
        undo = "drop statistics users_words",
        reason = "they go together"
    )
});
static TYPES: LazyLock<[Change; 11]> = LazyLock::new(|| {
    [
        changeover::create_schema!(billing),
        changeover::create_enum!(status { pending, "in transit" }),
        changeover::add_enum_value!(mood.calm, after = happy),
        changeover::create_domain!(nick: text not_null default "x" check("value <> ''")),
        changeover::create_sequence!(countdown, start = 5, owned_by = users.id),
        changeover::create_extension!(hstore),
        changeover::drop_schema!(empty),
        changeover::drop_enum!(spare),
        changeover::drop_domain!(email),
        changeover::drop_sequence!(numbers),
        changeover::drop_extension!(citext),
    ]
});
static DROP_TABLE: LazyLock<Change> = LazyLock::new(|| changeover::drop_table!(old_users));
static SET_DEFAULT: LazyLock<Change> =
    LazyLock::new(|| changeover::set_default!(users.email: text, "x"));
static DROP_DEFAULT: LazyLock<Change> = LazyLock::new(|| changeover::drop_default!(users.email));
static SPLIT: LazyLock<Change> = LazyLock::new(|| {
    changeover::split_column!(users.username: varchar(255) not_null => {
    first: text not_null = "split_part(username, ' ', 1)",
    last: text = "split_part(username, ' ', 2)",
}, down = "first || ' ' || last")
});
static MERGE: LazyLock<Change> = LazyLock::new(|| {
    changeover::merge_columns!(users {
    email: text default "none" = "left(joined, 1)",
    legacy: text not_null = "right(joined, 1)",
} => joined: text, up = "email || legacy")
});

static MADE: LazyLock<Vec<Change>> = LazyLock::new(|| {
    vec![
        changeover::create_view!(
            names(id, name),
            "select id, username from users",
            security_barrier
        ),
        changeover::create_materialized_view!(
            lengths,
            "select id, length(email) as length from users",
            unique(id)
        ),
        changeover::create_function!(
            touch() returns trigger, language = plpgsql, body = "begin return new; end"
        ),
        changeover::create_trigger!(
            touched on users, before(update(email)), when = "new.email <> ''", function = touch
        ),
        changeover::create_policy!(
            own on users, for = select, to(app), using = "email = current_user"
        ),
        changeover::grant!(select, update(email) on users to app),
    ]
});
static UNMADE: LazyLock<Vec<Change>> = LazyLock::new(|| {
    vec![
        changeover::drop_view!(names),
        changeover::refresh_materialized_view!(lengths),
        changeover::drop_trigger!(touched on users),
        changeover::drop_function!(touch()),
        changeover::drop_policy!(own on users),
        changeover::revoke!(update(email) on users from app),
    ]
});

#[test]
fn what_is_no_table_is_planned_alone_too() {
    for change in MADE.iter() {
        assert_same(change, &m0002_code::MIGRATION);
    }
    for change in UNMADE.iter() {
        assert_same(change, &m0003_less_code::MIGRATION);
    }
}

#[test]
fn a_change_alone_plans_what_it_plans_in_a_history() {
    for change in [*RENAME, *ADD, *INDEX, *DROP_INDEX, *DROP] {
        assert_same(&change, &m0002_history::MIGRATION);
    }
    for change in [*CREATE, *DROP_NOT_NULL, *SET_NOT_NULL, *DROP_TABLE, *SQL] {
        assert_same(&change, &m0002_other::MIGRATION);
    }
    for change in *KEPT {
        assert_same(&change, &m0002_kept::MIGRATION);
    }
    for change in [*CHECK, *FOREIGN_KEY, *UNIQUE, *PRIMARY_KEY, *DROP_CONSTRAINT] {
        assert_same(&change, &m0002_constraints::MIGRATION);
    }
    for change in [
        *NUMBER,
        *ADD_IDENTITY,
        *DROP_IDENTITY,
        *GENERATED,
        *COMMENT,
        *STATISTICS,
        *COMPRESSION,
        *STORAGE,
    ] {
        assert_same(&change, &m0002_columns::MIGRATION);
    }
    for change in [*SPLIT, *MERGE] {
        assert_same(&change, &m0002_reshaped::MIGRATION);
    }
    for change in *TYPES {
        assert_same(&change, &m0002_types::MIGRATION);
    }
}

#[test]
fn a_default_alone_is_set_and_dropped() {
    let set = r#"alter table "public"."users" alter column "email" set default 'x'"#;
    assert_eq!(statements(SET_DEFAULT.steps), [set]);
    let drop = r#"alter table "public"."users" alter column "email" drop default"#;
    assert_eq!(statements(DROP_DEFAULT.steps), [drop]);
}

#[test]
fn a_constraint_alone_is_renamed() {
    let rename =
        r#"alter table "public"."customers" rename constraint "customers_pkey" to "customers_key""#;
    assert_eq!(statements(RENAME_CONSTRAINT.steps), [rename]);
}

fn assert_same(alone: &Change, history: &Migration) {
    // Steps of several changes may have become one.
    let steps = history.changes().iter().flat_map(|change| change.steps).copied();
    let inside = statements(&steps.collect::<Vec<_>>());
    for statement in statements(alone.steps) {
        assert!(inside.contains(&statement), "{}: {statement}\n{inside:#?}", alone.operation);
    }
}

/// The SQL of all steps, with the place in the history left out of the triggers' names, and the
/// schema of operators: alone a change does not know which types have one of their own.
fn statements(steps: &[Step]) -> Vec<String> {
    let plain = |sql: String| without_place(&sql).replace("operator(pg_catalog.=)", "=");
    steps.iter().flat_map(|step| of_work(&step.work)).map(plain).collect()
}

fn of_work(work: &Work) -> Vec<String> {
    match work {
        Work::Transaction(statements) => statements.iter().map(|one| one.sql.to_owned()).collect(),
        Work::BuildIndex(index) => vec![index.create.sql.to_owned()],
        Work::DropIndex(index) => vec![index.drop.sql.to_owned()],
        Work::Backfill(fill) => vec![format!("{} {} {}", fill.table, fill.set, fill.pending)],
        Work::Convert(convert) => vec![format!("{convert:?}")],
        Work::Removal(removal) => vec![format!("{removal:?}")],
        Work::Compaction(compaction) => vec![format!("{compaction:?}")],
        Work::Reindex(of) => vec![of.table.to_owned()],
        Work::Partitions(kept) => vec![format!("{kept:?}")],
        Work::NoRows(require) => vec![require.violation.to_owned()],
        Work::NonTransactional(alone) => vec![alone.statement.sql.to_owned()],
        Work::SizeLimit(bound) => vec![format!("{} {}", bound.table, bound.max_rows)],
    }
}

fn without_place(sql: &str) -> String {
    ["zzz_", "\"!_"].iter().fold(sql.to_owned(), |sql, start| {
        let mut parts = sql.split(start);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + start + part.get("0000_00_".len()..).unwrap_or(part))
    })
}
