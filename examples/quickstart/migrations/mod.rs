//! The schema of the accounts service, by hand until the macros are there.

use changeover::{
    Backfill, Change, Index, LockMode, Migration, Migrations, Phase, Statement, Step, TableLock,
    Work,
};

const USERS: &str = r#""public"."users""#;
const EXCLUSIVE: &[TableLock] = &[TableLock { table: USERS, mode: LockMode::AccessExclusive }];
const SHARED: &[TableLock] = &[TableLock { table: USERS, mode: LockMode::ShareUpdateExclusive }];

const fn exclusive(sql: &'static str) -> Statement {
    Statement { sql, locks: EXCLUSIVE, why: "" }
}

static M1: Migration = Migration {
    id: "m0001_create_users",
    parent: None,
    doc: "",
    changes: &[Change {
        operation: "create_table",
        subject: "users",
        notes: &[],
        steps: &[Step {
            phase: Phase::Expand,
            why: "create the table",
            work: Work::Transaction(&[exclusive(
                r#"create table "public"."users" (id bigint generated always as identity primary key, username text not null, created_at timestamptz not null default now())"#,
            )]),
            undo: Some(Work::Transaction(&[exclusive(r#"drop table "public"."users""#)])),
        }],
    }],
    contracts: &[],
    requires: &[],
};

static M2: Migration = Migration {
    id: "m0002_rename_username",
    parent: Some("m0001_create_users"),
    doc: "Support asked for a name that users may change.",
    changes: &[
        Change {
            operation: "rename_column",
            subject: "users.username => display_name",
            notes: &[],
            steps: &[
                Step {
                    phase: Phase::Expand,
                    why: "add the column and keep it equal",
                    work: Work::Transaction(&[
                        exclusive(r#"lock table "public"."users" in access exclusive mode"#),
                        exclusive(r#"alter table "public"."users" add column display_name text"#),
                        exclusive(
                            r#"alter table "public"."users" alter column username set default ''"#,
                        ),
                        exclusive(
                            "create function public.users_sync() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$ begin\n\
                             if tg_op = 'INSERT' then\n\
                             if new.display_name is null then new.display_name := new.username; elsif new.username = '' then new.username := new.display_name; end if;\n\
                             elsif new.display_name is distinct from old.display_name then\n\
                             if new.username is not distinct from old.username then new.username := new.display_name; end if;\n\
                             elsif new.username is distinct from old.username or (new.display_name is null) then new.display_name := new.username;\n\
                             end if; return new; end $$",
                        ),
                        exclusive(
                            r#"create trigger zz_sync before insert or update on "public"."users" for each row when (coalesce(current_setting('changeover.backfill', true), '') <> 'on') execute function public.users_sync()"#,
                        ),
                    ]),
                    undo: None,
                },
                Step {
                    phase: Phase::Migrate,
                    why: "fill the rows that were there before",
                    work: Work::Backfill(Backfill {
                        table: USERS,
                        set: "display_name = username",
                        pending: "display_name is null and username is not null",
                    }),
                    undo: None,
                },
                Step {
                    phase: Phase::Contract,
                    why: "remove the old column",
                    work: Work::Transaction(&[
                        exclusive(r#"lock table "public"."users" in access exclusive mode"#),
                        exclusive("drop function public.users_sync() cascade"),
                        exclusive(r#"alter table "public"."users" drop column username"#),
                    ]),
                    undo: None,
                },
            ],
        },
        Change {
            operation: "add_column",
            subject: "users.plan: text not_null default \"free\"",
            notes: &[],
            steps: &[Step {
                phase: Phase::Expand,
                why: "instant",
                work: Work::Transaction(&[exclusive(
                    r#"alter table "public"."users" add column plan text not null default 'free'"#,
                )]),
                undo: None,
            }],
        },
        Change {
            operation: "add_index",
            subject: "users(plan, created_at desc)",
            notes: &[],
            steps: &[Step {
                phase: Phase::Migrate,
                why: "build it while clients write",
                work: Work::BuildIndex(Index {
                    name: r#""public"."users_plan_created_at_idx""#,
                    create: Statement {
                        sql: r#"create index concurrently "users_plan_created_at_idx" on "public"."users" (plan, created_at desc)"#,
                        locks: SHARED,
                        why: "",
                    },
                    drop: Statement {
                        sql: r#"drop index concurrently if exists "public"."users_plan_created_at_idx""#,
                        locks: SHARED,
                        why: "",
                    },
                }),
                undo: None,
            }],
        },
    ],
    contracts: &[],
    requires: &[],
};

static M3: Migration = Migration {
    id: "m0003_drop_username",
    parent: Some("m0002_rename_username"),
    doc: "",
    changes: &[],
    contracts: &["m0002_rename_username"],
    requires: &[],
};

pub(crate) static MIGRATIONS: Migrations = Migrations { migrations: &[&M1, &M2, &M3], schema: &[] };
