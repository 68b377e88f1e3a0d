//! `schema`: what the history declares as code of Diesel and of SeaORM, and its names in sea-query.

mod history;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use changeover::{Changeover, DeclaredSchema};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};
use sea_query::{Expr, ExprTrait as _, PostgresQueryBuilder, Query};

use self::history::MIGRATIONS;
use self::history::schema::billing::{iden as iden_table, invoices};
use self::history::schema::users::iden as users;
use super::process::{failure, start};
use crate::adopt::command_line::{documented, fields};

async fn declared(fixture: &Fixture) -> Result<DeclaredSchema, Failure> {
    let mut changeover = Changeover::builder(&MIGRATIONS).connect(fixture.url()).await?;
    Ok(changeover.declared_schema().await?)
}

/// A folder of a test's own, removed with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Scratch, Failure> {
        let path = std::env::temp_dir().join(format!("changeover-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).map_err(failure)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Holds code against what is kept of it, and against rustfmt by the settings that everybody has.
fn is_as_kept(name: &str, code: &str) -> Result<(), Failure> {
    syn::parse_file(code).map_err(|error| Failure::new(format!("{name}: {error}\n{code}")))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("live/command_line/schema");
    changeover::testing::check_sql(folder.join(name), code);
    is_formatted(name, code)
}

fn is_formatted(name: &str, code: &str) -> Result<(), Failure> {
    let scratch = Scratch::new(&format!("format_{name}"))?;
    let (file, settings) = (scratch.0.join("code.rs"), scratch.0.join("rustfmt.toml"));
    fs::write(&file, code).and_then(|()| fs::write(&settings, "")).map_err(failure)?;
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(&settings).arg(&file);
    // A toolchain without rustfmt cannot tell; the continuous integration has it.
    let Ok(output) = rustfmt.output() else { return Ok(()) };
    if !output.stdout.is_empty() {
        fail!("{name} is not formatted: {}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

#[test]
fn what_is_declared_is_code_for_each_orm() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("schema_code").await?;
        let schema = declared(&fixture).await?;
        if !schema.unbuilt.is_empty() {
            fail!("{:?}", schema.unbuilt);
        }
        is_as_kept("diesel.txt", &schema.diesel())?;
        is_as_kept("sea_orm.txt", &schema.sea_orm())?;
        for (name, code) in schema.sea_orm_files() {
            is_formatted(&name.replace(".rs", "_file"), &code.replace("pub mod ", "// "))?;
        }
        // Nothing of it has stayed, and nothing had to be there.
        let left = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
        let left: i64 = fixture.db.query_one(left, &[]).await?.get(0);
        if left != 0 {
            fail!("{left} relations are left");
        }
        Ok(())
    })
}

#[test]
fn a_column_says_what_the_server_makes_of_it() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("schema_columns").await?;
        let schema = declared(&fixture).await?;
        let mut said = Vec::new();
        for (table, column) in [
            ("users", "id"),
            ("users", "email"),
            ("users", "moods"),
            ("users", "type"),
            ("everything", "total"),
            ("everything", "any"),
            ("everything", "double"),
            ("invoices", "state"),
            ("counts", "users"),
        ] {
            let found = schema.tables.iter().find(|one| one.name == table);
            let found = found.and_then(|one| one.columns.iter().find(|it| it.name == column));
            let Some(found) = found else { fail!("{table} has no {column}") };
            let (of, null) = (&found.sql_type, if found.is_nullable { "" } else { " not null" });
            let how = [(found.is_numbered, " numbered"), (found.is_generated, " generated")];
            let how: String = how.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
            said.push(format!("{column} {}{null}{how} {:?} {:?}", of.text, of.length, of.scale));
        }
        let expected = [
            "id bigint not null numbered None None",
            "email character varying(80) not null Some(80) None",
            "moods public.mood[] not null None None",
            "type character varying(10)[] Some(10) None",
            "total numeric(12,2) not null Some(12) Some(2)",
            "any numeric None None",
            "double integer generated None None",
            "state billing.state not null None None",
            "users bigint None None",
        ];
        if said != expected {
            fail!("{said:#?}");
        }
        // What is to go is not for the build that declares it.
        let users = schema.tables.iter().find(|table| table.name == "users");
        let columns = users.iter().flat_map(|table| &table.columns);
        let names: Vec<&str> = columns.map(|column| column.name.as_str()).collect();
        if names.contains(&"username")
            || names.contains(&"note")
            || !names.contains(&"display_name")
        {
            fail!("{names:?}");
        }
        Ok(())
    })
}

#[test]
fn what_is_written_is_compared() -> Result<(), Failure> {
    block_on(async {
        let (fixture, scratch) = (Fixture::new("schema_files").await?, Scratch::new("schema")?);
        let url = fixture.url();
        let called = |words: &str| start(url, words)?.ended();
        let printed = called("schema --format diesel")?.with(0)?;
        if !printed.contains("diesel::table! {\n    users (id) {\n") {
            fail!("{printed}");
        }
        let (file, folder) = (scratch.0.join("schema.rs"), scratch.0.join("entities"));
        let diesel = format!("schema --format diesel --out {}", file.display());
        called(&format!("{diesel} --check"))?.with(4)?;
        called(&diesel)?.with(0)?;
        if fs::read_to_string(&file).map_err(failure)? != printed {
            fail!("what is written is not what is printed");
        }
        called(&format!("{diesel} --check"))?.with(0)?;

        let entities = format!("schema --format sea-orm --out {}", folder.display());
        called(&entities)?.with(0)?;
        let stray = "// @generated by changeover from the migrations: `schema --format sea-orm`.\n";
        fs::write(folder.join("gone.rs"), stray).map_err(failure)?;
        fs::write(folder.join("yours.rs"), "").map_err(failure)?;
        fs::write(folder.join("users.rs"), stray).map_err(failure)?;
        let found = called(&format!("{entities} --check --json"))?.json(4)?;
        let problems = found["differences"].as_array().into_iter().flatten();
        let problems: Vec<&str> = problems.filter_map(|one| one["problem"].as_str()).collect();
        if problems != ["differs from what is declared", "belongs to no table"] {
            fail!("{found:#}");
        }
        let mut names = std::collections::BTreeSet::new();
        fields(&found, &mut names);
        if names != documented("schema") {
            fail!("{names:?} are not those of the page, {:?}", documented("schema"));
        }
        called("schema --format diesel --check")?.with(2)?;
        called("schema --format prisma")?.with(2).map(drop)
    })
}

#[test]
fn sea_query_takes_the_names_of_the_schema() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("schema_sea_query").await?;
        Changeover::builder(&MIGRATIONS).connect(fixture.url()).await?.migrate().await?;
        let user = Query::insert()
            .into_table(users::TABLE)
            .columns([users::DISPLAY_NAME, users::EMAIL, users::FULL_NAME_, users::TYPE])
            .values_panic(["ada".into(), "a@b".into(), "Ada L.".into(), Expr::cust("'{}'")])
            .returning_col(users::ID)
            .to_string(PostgresQueryBuilder);
        fixture.db.batch_execute("alter table users alter moods set default '{}'").await?;
        let id: i64 = fixture.db.query_one(&user, &[]).await?.get(0);
        let invoice = Query::insert()
            .into_table(invoices::iden::TABLE)
            .columns([invoices::iden::USER_ID, invoices::iden::STATE])
            .values_panic([id.into(), "open".into()])
            .to_string(PostgresQueryBuilder);
        fixture.db.batch_execute(&invoice).await?;
        let theirs = Expr::col(invoices::iden::TABLE.column(invoices::iden::USER_ID));
        let joined = Query::select()
            .column(users::FULL_NAME_)
            .from(users::TABLE)
            .inner_join(invoices::iden::TABLE, theirs.equals(users::TABLE.column(users::ID)))
            .to_string(PostgresQueryBuilder);
        let name: String = fixture.db.query_one(&joined, &[]).await?.get(0);
        let table = iden_table::iden::TABLE;
        let nobody = Query::select().column(iden_table::iden::ID).from(table).take();
        let nobody = nobody.to_string(PostgresQueryBuilder);
        if name != "Ada L." || !fixture.db.query(&nobody, &[]).await?.is_empty() {
            fail!("{name}: {joined}; {nobody}");
        }
        Ok(())
    })
}
