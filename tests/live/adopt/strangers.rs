//! Tables that look like the record of a tool, in the schema of a stranger: nothing of theirs runs as
//! the runner, and none of them decides whether a database is adopted.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};

use super::older::{HISTORY, RECORD, USERS};

const OF_THE_BASELINE: &str =
    r"insert into _sqlx_migrations values (20240312101500, 'b', now(), true, '\x', 1);";

/// Before the service's own, in whichever order they are read.
const SCHEMA: &str = "create schema aa_strange; create schema zz_strange;
    grant usage on schema aa_strange, zz_strange to public;
    create table loot (who text); grant all on loot to public;";

/// A type with casts to what the question about the record wants, which write and raise.
const CAST: &str = "
    create type aa_strange.evil as (n int);
    create function aa_strange.to_bool(aa_strange.evil) returns boolean language plpgsql as
        $$begin insert into public.loot values (current_user); raise exception 'called'; end$$;
    create function aa_strange.to_text(aa_strange.evil) returns text language plpgsql as
        $$begin insert into public.loot values (current_user); raise exception 'called'; end$$;
    create cast (aa_strange.evil as boolean)
        with function aa_strange.to_bool(aa_strange.evil) as implicit;
    create cast (aa_strange.evil as text)
        with function aa_strange.to_text(aa_strange.evil) as implicit;
    create table aa_strange._sqlx_migrations
        (version bigint, success aa_strange.evil, checksum text);
    insert into aa_strange._sqlx_migrations values (1, row(1), '');
    create table aa_strange.schema_migrations (version aa_strange.evil);
    insert into aa_strange.schema_migrations values (row(1));
    grant select on all tables in schema aa_strange to public;";

/// A policy whose function writes and raises.
const POLICY: &str = "
    create function aa_strange.boom() returns boolean language plpgsql as
        $$begin insert into public.loot values (current_user); raise exception 'called'; end$$;
    create table aa_strange._sqlx_migrations (version bigint, success boolean, checksum text);
    insert into aa_strange._sqlx_migrations values (1, true, '');
    create policy open on aa_strange._sqlx_migrations using (aa_strange.boom());
    alter table aa_strange._sqlx_migrations enable row level security, force row level security;
    grant select on aa_strange._sqlx_migrations to public;";

const CLOSED: &str = "
    create table aa_strange._sqlx_migrations (version bigint, success boolean, checksum text);
    insert into aa_strange._sqlx_migrations values (1, true, '');";

const ELSEWHERE: &str = "
    create table aa_strange._sqlx_migrations (version bigint, success boolean, checksum text);
    insert into aa_strange._sqlx_migrations values (1, true, '');
    grant select on aa_strange._sqlx_migrations to public;";

const ATTACKS: [(&str, &str); 4] =
    [("cast", CAST), ("policy", POLICY), ("closed", CLOSED), ("elsewhere", ELSEWHERE)];

/// The service's own record in `public`, which is read first, and in a schema that comes behind.
const OWN: [&str; 2] = ["public", "zz_strange"];

async fn attacked(name: &str, own: &str, attack: &str) -> Result<(Fixture, Roles), Failure> {
    let fixture = Fixture::new(name).await?;
    let path = format!("set search_path = {own};");
    let all = [SCHEMA, USERS, &path, RECORD, OF_THE_BASELINE, "reset search_path;", attack];
    fixture.db.batch_execute(&all.concat()).await?;
    let roles = Roles::make(&fixture.db, fixture.url()).await?;
    let rights = [
        "grant create on database $database to $runner",
        &format!("grant select on {own}._sqlx_migrations to $runner"),
        "alter table users owner to $runner",
    ];
    roles.give(&fixture.db, &rights).await?;
    Ok((fixture, roles))
}

#[test]
fn what_looks_like_a_record_runs_nothing_and_decides_nothing() -> Result<(), Failure> {
    block_on(async {
        for (what, attack) in ATTACKS {
            for own in OWN {
                let (fixture, roles) = attacked("strange_record", own, attack).await?;
                let outcome = roles.start(&HISTORY).await?.migrate().await;
                let loot = fixture.count("select count(*) from loot").await?;
                roles.drop().await?;
                let report = outcome.map_err(|error| {
                    Failure::from(error).during(format!("{what}, own record in {own}"))
                })?;
                if loot != 0 || !report.phases.is_empty() {
                    fail!("{what}: {report}");
                }
            }
        }
        Ok(())
    })
}

/// It says which table, rather than that there is none.
#[test]
fn a_record_that_may_not_be_read_is_named() -> Result<(), Failure> {
    block_on(async {
        for by_hand in [
            "revoke all on _sqlx_migrations from {runner}",
            "alter table _sqlx_migrations enable row level security",
        ] {
            let (fixture, roles) = attacked("closed_record", "public", "").await?;
            fixture.db.batch_execute(&by_hand.replace("{runner}", roles.runner())).await?;
            let outcome = roles.start(&HISTORY).await?.migrate().await;
            roles.drop().await?;
            match outcome {
                Err(error)
                    if error.kind() == ErrorKind::NotAsDeclared
                        && error.to_string().contains(r#""public"."_sqlx_migrations""#) => {}
                other => fail!("{by_hand}: {other:?}"),
            }
        }
        Ok(())
    })
}
