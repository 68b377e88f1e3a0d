//! The command line, on a real server.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use changeover::testing::{Database, Server};

type Tested = Result<(), Box<dyn Error + Send + Sync>>;

const SCHEMA: &str = r#"create schema billing;
    create table users (id bigint primary key, name text not null);
    create table billing.orders (id bigint primary key, user_id bigint references users);
    create table billing.tmp_load (id bigint);
    create view billing.totals as select user_id, count(*) from billing.orders group by 1;
    create view names as select id, name from users;
    create function "Odd"() returns text language sql as $$ select 'a'
  '"'::text $$;
    create table _sqlx_migrations (version bigint primary key, description text, success boolean, checksum bytea);
    insert into _sqlx_migrations values (20240101, 'a', true, ''), (20240312, 'b', true, ''), (20250101, 'c', false, '')"#;

fn adopt(database: &Database, arguments: &[&str]) -> Result<Output, std::io::Error> {
    let binary = env!("CARGO_BIN_EXE_changeover");
    Command::new(binary).arg("adopt").args(arguments).env("DATABASE_URL", database.url()).output()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of the test's own, which is not there yet.
fn folder(name: &str) -> Result<PathBuf, std::io::Error> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(folder),
    }
}

async fn database() -> Result<Database, Box<dyn Error + Send + Sync>> {
    let database = Server::shared().await?.database("adopt").await?;
    database.connect().await?.batch_execute(SCHEMA).await?;
    Ok(database)
}

#[tokio::test]
async fn a_database_is_written_and_nothing_is_written_over() -> Tested {
    let (database, folder) = (database().await?, folder("adopted")?);
    let to = folder.to_string_lossy().into_owned();
    let done = adopt(&database, &["--to", &to, "--exclude", "*.tmp_*"])?;
    let said = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{said}{}", text(&done.stderr));
    for line in ["mod.rs", "m0001_baseline.rs", "table 2", "sqlx = \"20240312\""] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("not said"), "{said}");
    let list = std::fs::read_to_string(folder.join("mod.rs"))?;
    assert!(list.contains("mod m0001_baseline;\n") && list.contains("[m0001_baseline]"), "{list}");
    let baseline = std::fs::read_to_string(folder.join("m0001_baseline.rs"))?;
    for part in [
        "    baseline(sqlx = \"20240312\");\n\n    create_schema!(billing);\n",
        "\n    create_table!(billing.orders {\n        id: bigint not_null,\n",
        // What stands in a string is not moved.
        "select 'a'\n  '\"'::text \"#);\n",
    ] {
        assert!(baseline.contains(part), "{part}: {baseline}");
    }
    assert!(!baseline.contains("tmp_load") && !baseline.contains("_sqlx"), "{baseline}");

    let again = adopt(&database, &["--to", &to])?;
    assert_eq!(again.status.code(), Some(3), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("is there already"), "{}", text(&again.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("m0001_baseline.rs"))?, baseline);
    Ok(())
}

#[tokio::test]
async fn what_needs_what_is_left_out_is_told() -> Tested {
    let database = database().await?;
    let done = adopt(&database, &["--stdout", "--exclude", "users"])?;
    let (written, said) = (text(&done.stdout), text(&done.stderr));
    assert_eq!(done.status.code(), Some(0), "{said}");
    for object in ["view names", "constraint orders_user_id_fkey on billing.orders"] {
        let line = format!("not said: {object}: it needs table users, which is left out\n");
        assert!(said.contains(&line), "{line}{said}");
        assert!(written.contains(&format!("// - {object}")), "{written}");
    }
    assert!(written.contains("    // Not said: view names, because it needs"), "{written}");
    assert!(written.contains("create_view!(billing.totals"), "{written}");
    assert!(!written.contains("\n        foreign_key("), "{written}");

    let done = adopt(&database, &["--stdout", "--schema", "bill*", "--table", "billing.o*"])?;
    let written = text(&done.stdout);
    assert!(written.contains("create_table!(billing.orders {"), "{written}");
    assert!(!written.contains("create_table!(billing.tmp_load"), "{written}");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_said_is_shown_without_its_secrets() -> Tested {
    let database = Server::shared().await?.database("unsaid").await?;
    let sql = "create foreign data wrapper wrapper; create server far foreign data wrapper wrapper;
        create user mapping for public server far options (user 'me', password 'hidden');
        create type own; create function own_in(cstring) returns own language internal immutable strict as 'int8in';
        create function own_out(own) returns cstring language internal immutable strict as 'int8out';
        create type own (input = own_in, output = own_out, like = bigint);
        create table of_own (id own); create view over_own as select id from of_own;
        create operator class small for type integer using btree as operator 1 <, function 1 btint4cmp(integer, integer)";
    database.connect().await?.batch_execute(sql).await?;
    let done = adopt(&database, &["--stdout"])?;
    let (written, said) = (text(&done.stdout), text(&done.stderr));
    assert_eq!(done.status.code(), Some(0), "{said}");
    for line in [
        "not said: user mapping public on server far: its options may be a password\n",
        "not said: type public.own: no statement of it is read\n",
        "not said: operator class public.small USING btree: no statement of it is read\n",
        "not said: table of_own: it needs type public.own, which is not said\n",
        "not said: view over_own: it needs type public.own, which is not said\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
    for line in written.lines().filter(|line| line.contains("of_own")) {
        assert!(line.trim_start().starts_with("//"), "{line}: {written}");
    }
    assert!(!written.contains("hidden") && !said.contains("hidden"), "{written}{said}");
    Ok(())
}

/// The record of each tool as the tool makes it, and what a baseline says of it.
const OLDER: &[(&str, &str)] = &[
    (
        "create table _sqlx_migrations (version bigint primary key, description text not null,
            installed_on timestamptz not null default now(), success boolean not null,
            checksum bytea not null, execution_time bigint not null);
        insert into _sqlx_migrations values (20240101, 'a', now(), true, '', 1), (20250101, 'b', now(), false, '', 1)",
        "sqlx = \"20240101\"",
    ),
    (
        "create table __diesel_schema_migrations (version varchar(50) primary key,
            run_on timestamp not null default now());
        insert into __diesel_schema_migrations values ('20240312101500'), ('00000000000000')",
        "diesel = \"20240312101500\"",
    ),
    (
        "create table refinery_schema_history (version integer primary key, name varchar(255),
            applied_on varchar(255), checksum varchar(255));
        insert into refinery_schema_history values (2, 'a', '', ''), (12, 'b', '', '')",
        "refinery = \"12\"",
    ),
    (
        "create table seaql_migrations (version varchar primary key, applied_at bigint not null);
        insert into seaql_migrations values ('m20240312_101500_users', 1)",
        "sea_orm = \"m20240312_101500_users\"",
    ),
    (
        "create table flyway_schema_history (installed_rank integer primary key, version varchar(50),
            description varchar(200), type varchar(20), script varchar(1000), checksum integer,
            installed_by varchar(100), installed_on timestamp, execution_time integer, success boolean);
        insert into flyway_schema_history (installed_rank, version, success)
            values (1, '1', true), (2, '2.1', true), (3, null, true), (4, '3', false)",
        "flyway = \"2.1\"",
    ),
    (
        "create table schema_migrations (version bigint primary key, dirty boolean not null);
        insert into schema_migrations values (20240312101500, false)",
        "golang_migrate = \"20240312101500\"",
    ),
    (
        "create table goose_db_version (id serial primary key, version_id bigint not null,
            is_applied boolean not null, tstamp timestamp default now());
        insert into goose_db_version (version_id, is_applied) values (0, true), (20240312101500, true)",
        "goose = \"20240312101500\"",
    ),
    (
        "create table schema_migrations (version varchar(128) primary key);
        insert into schema_migrations values ('20240312101500')",
        "dbmate = \"20240312101500\"",
    ),
    (
        "create table alembic_version (version_num varchar(32) primary key);
        insert into alembic_version values ('975ea566bdc4')",
        "alembic = \"975ea566bdc4\"",
    ),
    (
        "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,
            finished_at timestamptz, migration_name varchar(255) not null, logs text,
            rolled_back_at timestamptz, started_at timestamptz not null default now(),
            applied_steps_count integer not null default 0);
        insert into _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at) values
            ('a', '', now() - interval '1 day', '20240101_init', null), ('b', '', now(), '20240312_users', null),
            ('c', '', now() + interval '1 day', '20240401_bad', now()), ('d', '', null, '20240402_open', null)",
        "prisma = \"20240312_users\"",
    ),
    (
        "create table schema_migrations (version varchar primary key);
        create table ar_internal_metadata (key varchar primary key, value varchar,
            created_at timestamp(6) not null, updated_at timestamp(6) not null);
        insert into schema_migrations values ('20240312101500')",
        "rails = \"20240312101500\"",
    ),
];

#[tokio::test]
async fn the_record_of_an_older_tool_is_read_and_left_out() -> Tested {
    for (sql, expected) in OLDER {
        let database = Server::shared().await?.database("older").await?;
        let kept = "create table kept (id bigint primary key)";
        database.connect().await?.batch_execute(&format!("{sql}; {kept}")).await?;
        let done = adopt(&database, &["--stdout"])?;
        let written = text(&done.stdout);
        assert!(written.contains(&format!("    baseline({expected});\n")), "{expected}: {written}");
        let changes = written.matches("    create_").count();
        assert_eq!(changes, 1, "{expected}: {written}{}", text(&done.stderr));
    }
    Ok(())
}

#[tokio::test]
async fn each_way_to_fail_has_its_code_and_tells_no_password() -> Tested {
    let binary = env!("CARGO_BIN_EXE_changeover");
    let nobody = Command::new(binary)
        .args(["adopt", "--stdout"])
        .env("DATABASE_URL", "postgres://nobody:hidden@127.0.0.1:1/none")
        .output()?;
    assert_eq!(nobody.status.code(), Some(1));
    let help = Command::new(binary)
        .args(["adopt", "--help"])
        .env("DATABASE_URL", "postgres://nobody:hidden@127.0.0.1:1/none")
        .output()?;
    assert_eq!(help.status.code(), Some(0));
    let wrong = Command::new(binary).args(["adopt", "--wrong"]).output()?;
    assert_eq!(wrong.status.code(), Some(2));
    for output in [&nobody, &help, &wrong] {
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("hidden"), "{said}");
    }
    Ok(())
}
