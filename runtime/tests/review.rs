//! The review file of a plan that has every kind of work in it.
#![cfg(feature = "testing")]

use changeover::Phase;
use changeover::migration::{
    Backfill, Change, Cleanup, Convert, ConvertFn, Course, Index, LockMode, Migration, NoRows,
    NonTransactional, Path, Plan, SizeLimit, Statement, Step, TableLock, Work, converting,
};
use changeover::review;
use changeover::testing::check_sql;

const USERS: &str = r#""public"."users""#;

const fn locks(mode: LockMode) -> &'static [TableLock] {
    match mode {
        LockMode::ShareUpdateExclusive => {
            &[TableLock { table: USERS, mode: LockMode::ShareUpdateExclusive }]
        }
        LockMode::ShareRowExclusive => {
            &[TableLock { table: USERS, mode: LockMode::ShareRowExclusive }]
        }
        LockMode::Share => &[TableLock { table: USERS, mode: LockMode::Share }],
        LockMode::AccessExclusive => &[TableLock { table: USERS, mode: LockMode::AccessExclusive }],
        _ => &[],
    }
}

static RENAME: Migration = Migration {
    id: "m0002_rename_username",
    parent: Some("m0001_create_users"),
    doc: "Support asked for a name\nthat users may change.",
    plan: Plan::Written(&[
        Change {
            operation: "rename_column",
            subject: "users.username => display_name",
            notes: &["a prepared `select *` fails once after each commit below"],
            columns: &[],
            needs: &[],
            makes: &[],
            agrees: &[],
            steps: &[ADD, FILL, LABEL, PROVE, SWAP, DROP],
        },
        Change {
            operation: "analyze",
            subject: "users",
            notes: &[],
            columns: &[],
            needs: &[],
            makes: &[],
            agrees: &[],
            steps: &[SMALL, ANALYZE],
        },
        Change {
            operation: "add_index",
            subject: "users(display_name)",
            notes: &[],
            columns: &[],
            needs: &[],
            makes: &[],
            agrees: &[],
            steps: &[Step {
                phase: Phase::Migrate,
                why: "build the index while clients write",
                work: Work::BuildIndex(INDEX),
                course: Course::Both,
                undo: Some(Work::DropIndex(INDEX)),
            }],
        },
        Change {
            operation: "add_index",
            subject: "users(display_name), name = partitioned",
            notes: &[],
            columns: &[],
            needs: &[],
            makes: &[],
            agrees: &[],
            steps: &[Step {
                phase: Phase::Migrate,
                why: "build the index on one partition after the other",
                work: Work::BuildIndex(PARTITIONED),
                course: Course::Both,
                undo: Some(Work::DropIndex(PARTITIONED)),
            }],
        },
    ]),
    switches: &["m0000_something"],
    contracts: &["m0000_something"],
    requires: &["m0000_something"],
    baseline: None,
    before: None,
    plan_version: 1,
    shape: "",
};

const PLAIN: Statement = Statement {
    reads_rows: true,
    path: Path::Users,
    sql: "",
    locks: &[],
    effects: &[],
    only_if: None,
    rights: None,
    why: "",
};

const ADD: Step = Step {
    phase: Phase::Expand,
    why: "install the column and what keeps it equal, so that clients never meet half of it",
    work: Work::Transaction(&[
        Statement {
            sql: r#"alter table "public"."users" add column "display_name" text"#,
            locks: locks(LockMode::AccessExclusive),
            why: "instant: the column has no default",
            ..PLAIN
        },
        Statement {
            sql: "create function \"public\".\"sync\"() returns trigger language plpgsql as $$\n\
                  begin\n  -- both given: keep both\n  new.display_name := new.username;\n  \
                  return new;\nend\n$$",
            locks: &[],
            why: "",
            ..PLAIN
        },
        Statement {
            sql: r#"create trigger "zz_sync" before insert or update on "public"."users" for each row execute function "public"."sync"()"#,
            locks: locks(LockMode::ShareRowExclusive),
            why: "its name sorts last",
            ..PLAIN
        },
    ]),
    course: Course::Both,
    undo: Some(Work::Transaction(&[
        Statement {
            sql: "drop function \"public\".\"sync\"()\ncascade -- and its trigger",
            locks: locks(LockMode::AccessExclusive),
            why: "",
            ..PLAIN
        },
        Statement {
            sql: r#"alter table "public"."users" drop column "display_name""#,
            locks: locks(LockMode::AccessExclusive),
            why: "",
            ..PLAIN
        },
    ])),
};

const FILL: Step = Step {
    phase: Phase::Migrate,
    why: "fill the rows that were there before",
    work: Work::Backfill(Backfill {
        table: USERS,
        set: r#""display_name" = "username""#,
        pending: r#""display_name" is null and "username" is not null"#,
    }),
    course: Course::Both,
    undo: None,
};

const LABEL: Step = Step {
    phase: Phase::Migrate,
    why: "fill what SQL cannot compute",
    work: Work::Convert(Convert {
        table: USERS,
        key: &[r#""username""#],
        read: &[r#""display_name""#],
        write: &[r#""display_name""#],
        pending: r#""display_name" is null"#,
        function: ConvertFn::new("crate::names::display", |rows| {
            converting(rows, async |names: Vec<String>| Ok::<_, String>(names))
        }),
    }),
    course: Course::Both,
    undo: None,
};

const PROVE: Step = Step {
    phase: Phase::Migrate,
    why: "`username` was never null",
    work: Work::NoRows(NoRows {
        table: USERS,
        violation: r#""display_name" is null"#,
        problem: "have no name",
        help: "give them one",
    }),
    course: Course::Both,
    undo: None,
};

const SWAP: Step = Step {
    phase: Phase::Switch,
    why: "swap the defaults",
    work: Work::Transaction(&[Statement {
        sql: r#"alter table "public"."users" alter column "display_name" set default ''"#,
        locks: locks(LockMode::AccessExclusive),
        why: "",
        ..PLAIN
    }]),
    course: Course::Both,
    undo: Some(Work::Transaction(&[Statement {
        sql: r#"alter table "public"."users" alter column "display_name" drop default"#,
        locks: locks(LockMode::AccessExclusive),
        why: "",
        ..PLAIN
    }])),
};

const SMALL: Step = Step {
    phase: Phase::Migrate,
    why: "the table is small",
    work: Work::SizeLimit(SizeLimit {
        table: USERS,
        max_rows: 5000,
        reason: "there is a row a country",
    }),
    course: Course::Both,
    undo: None,
};

const ANALYZE: Step = Step {
    phase: Phase::Migrate,
    why: "tell the planner",
    work: Work::NonTransactional(NonTransactional {
        statement: &Statement {
            sql: r#"analyze "public"."users""#,
            locks: locks(LockMode::ShareUpdateExclusive),
            why: "",
            ..PLAIN
        },
        done: Some("select exists (select from pg_stats where tablename = 'users')"),
        mend: &[Cleanup {
            when: "select false",
            statement: Statement { sql: "select 'mend'", locks: &[], why: "", ..PLAIN },
        }],
    }),
    course: Course::Both,
    undo: None,
};

const DROP: Step = Step {
    phase: Phase::Contract,
    why: "remove the old column",
    work: Work::Transaction(&[Statement {
        sql: r#"alter table "public"."users" drop column "username""#,
        locks: locks(LockMode::AccessExclusive),
        why: "",
        ..PLAIN
    }]),
    course: Course::Both,
    undo: None,
};

const INDEX: Index = Index {
    name: r#""public"."users_display_name_idx""#,
    table: USERS,
    unique: false,
    definition: r#"("display_name")"#,
    create: &Statement {
        sql: r#"create index concurrently "users_display_name_idx" on "public"."users" ("display_name")"#,
        locks: locks(LockMode::ShareUpdateExclusive),
        why: "",
        ..PLAIN
    },
    analyze: None,
    drop: &Statement {
        sql: r#"drop index concurrently if exists "public"."users_display_name_idx""#,
        locks: locks(LockMode::ShareUpdateExclusive),
        why: "",
        ..PLAIN
    },
};

const PARTITIONED: Index = Index {
    name: r#""public"."partitioned""#,
    create: &Statement {
        sql: r#"create index "partitioned" on only "public"."users" ("display_name")"#,
        locks: locks(LockMode::Share),
        why: "",
        ..PLAIN
    },
    drop: &Statement {
        sql: r#"drop index if exists "public"."partitioned""#,
        locks: locks(LockMode::AccessExclusive),
        why: "",
        ..PLAIN
    },
    ..INDEX
};

#[test]
fn every_kind_of_work_reads_well() {
    check_sql("tests/review/rename.sql", &review::render(&RENAME));
}

#[test]
fn an_empty_migration_is_its_header() {
    let empty = Migration {
        plan: Plan::Written(&[]),
        switches: &[],
        contracts: &[],
        requires: &[],
        doc: "",
        ..RENAME
    };
    check_sql("tests/review/empty.sql", &review::render(&empty));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_can_be_piped_into_psql() -> Result<(), Box<dyn std::error::Error>> {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };

    // The server may come without its client.
    if Command::new("psql").arg("--version").output().is_err() {
        return Ok(());
    }
    let server = changeover::testing::Server::shared().await?;
    let database = server.database("review").await?;
    let client = database.connect().await?;
    client
        .batch_execute("create table users (username text); insert into users values ('a')")
        .await?;
    let mut psql = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    psql.stdin.take().ok_or("no stdin")?.write_all(review::render(&RENAME).as_bytes())?;
    assert!(psql.wait()?.success());
    // The last statement of the contract has run, and with it all that comes before.
    let columns = "select string_agg(attname, ',') from pg_attribute \
                   where attrelid = 'users'::regclass and attnum > 0 and not attisdropped";
    let row = client.query_one(columns, &[]).await?;
    assert_eq!(row.try_get::<_, String>(0)?, "display_name");
    Ok(())
}
