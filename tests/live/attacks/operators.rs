//! Operators and functions in `public` that fit a type exactly, where PostgreSQL's own are for
//! another type or for any: none is called by what we write, as nobody.

use changeover::{ErrorKind, Verify};
use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail};
use tokio_postgres::Client;

pub(super) const HOSTILE: &str = include_str!("../clients/search_path/hostile.sql");
pub(super) const OF_TYPES: &str = include_str!("operators/types.sql");

mod m0001_base {
    changeover::migration! {
        create_enum!(mood { happy, sad, gone });
        create_enum!(size { small, large });
        create_domain!(code: varchar(20));
        create_table!(parents {
            id: bigint identity primary_key,
            name: varchar(20) not_null unique,
            label: code not_null unique,
            tags: text[] not_null unique,
            during: int4range not_null unique,
            flag: char(3) not_null unique,
            large: size not_null unique,
        }, allow(fixed_length, reason = "compared as another type"));
        create_table!(kids {
            id: bigint identity primary_key,
            parent: varchar(20),
            label: code,
            tags: text[],
            during: int4range,
            flag: char(3),
            large: size,
            name: varchar(50),
            nick: varchar(50) unique,
            whole: varchar(50) default "Alan T",
            number: varchar(10) default "7",
            amounts: varchar(10)[],
            feels: mood,
            felt: mood[],
            email: varchar(50),
            index(parent), index(label), index(tags), index(during), index(flag), index(large),
        }, allow(fixed_length, reason = "compared as another type"));
        create_table!(logs { region: varchar(10), n: integer });
        create_table!(events { kind: varchar(10), n: integer, partition_by(list(kind)) });
        create_partition!(events_rest of events, default);
        create_table!(old_events { kind: varchar(10), n: integer });
        create_table!(prices { price: numeric, partition_by(range(price)) });
        create_partition!(prices_rest of prices, default);
        create_table!(old_prices { price: numeric });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_foreign_key!(kids.parent => parents.name, fill = "null");
        add_foreign_key!(kids.label => parents.label);
        add_foreign_key!(kids.tags => parents.tags, fill = "null");
        add_foreign_key!(kids.during => parents.during, fill = "null");
        add_foreign_key!(kids.flag => parents.flag);
        add_foreign_key!(kids.large => parents.large, fill = "null");
        add_unique!(kids(name));
        add_primary_key!(logs(region, n));
        rename_column!(kids.nick => alias);
        split_column!(kids.whole => {
            first: varchar(50) = "split_part(cast(whole as text), ' ', 1)",
            last: varchar(50) = "split_part(cast(whole as text), ' ', 2)",
        }, down = "cast(first as text) || ' ' || cast(last as text)");
        change_type!(kids.number: integer, up = "cast(number as integer)", down = "cast(number as text)");
        change_type!(kids.amounts: text[]);
        set_not_null!(kids.email, fill = "'unknown'");
        add_column!(kids.shout: varchar(60), fill = "'!'");
        drop_enum_value!(mood.gone, replace_by = happy);
        attach_partition!(old_events of events, in("a", "b"));
        attach_partition!(old_prices of prices, from(0) to(100));
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_change;
        switch!(m0002_change);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_change);
    }
}

mod m0005_loosen {
    changeover::migration! {
        after super::m0004_contract;
        drop_constraint!(kids.kids_label_fkey);
        drop_constraint!(kids.kids_flag_fkey);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract, m0005_loosen];
}

const SEED: &str = "
    insert into public.parents (name, label, tags, during, flag, large)
        values ('p', 'l', '{t}', '[1,5)', 'f', 'large');
    insert into public.kids (parent, label, tags, during, flag, large, name, nick, amounts, feels, felt)
        select case n % 2 when 0 then 'p' else 'nobody' end, 'l', '{t}', '[1,5)', 'f',
            case n % 2 when 0 then 'large'::public.size else 'small' end, 'n' || n, 'k' || n, '{1,2}',
            'gone', '{gone,sad}' from generate_series(1, 300) n;
    insert into public.logs select 'r', n from generate_series(1, 50) n;
    insert into public.old_events values ('a', 1), ('b', 2);
    insert into public.old_prices values (1), (99.5)";

/// What builds of before the change write, and those of after it; without an operator, because
/// theirs are not what is tried.
const OLD: &str = "
    insert into public.kids (parent, label, tags, during, flag, large, name, nick, amounts, feels, felt)
        select 'nobody', 'l', '{x}', '[7,9)', 'f', 'small', concat('o', max(id)),
            concat('o', max(id)), '{3}', 'gone', '{gone}' from public.kids;
    update public.kids set parent = 'p', whole = 'Grace H', number = '8', amounts = '{4}', feels = 'gone'";

const NEW: &str = "
    insert into public.kids (parent, label, during, flag, name, alias, first, last, amounts, feels, email)
        select 'nobody', 'l', '[1,5)', 'f', concat('n', max(id)), concat('n', max(id)), 'Ada', 'L',
            '{5}', 'sad', 'e' from public.kids;
    update public.kids set first = 'Joan', last = 'C', feels = 'happy', amounts = '{5}'";

#[test]
fn operators_of_the_very_type_in_public_are_not_called() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("hostile_operators").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        roles.give(&fixture.db, &[]).await?;
        run(&roles, "m0001_base").await?.migrate().await?;
        fixture.db.batch_execute(SEED).await?;
        let stranger = stranger(&fixture, &roles).await?;
        let hostile = HOSTILE.replace("$schema", "public").replace("$exact", "false");
        stranger.batch_execute(&hostile).await?;
        stranger.batch_execute(OF_TYPES).await?;
        expect_teeth(&fixture).await?;
        fixture.db.batch_execute("set search_path = pg_catalog").await?;
        let client = connect(fixture.url(), "client").await?;
        let be = format!("set role {}; set search_path = pg_catalog", roles.app());
        client.batch_execute(&be).await?;
        story(&roles, &client).await?;
        if fixture.holds("select is_called from public.hijacked").await? {
            fail!("a hostile function was called, and its error caught");
        }
        drop(client);
        leave(&fixture, &roles, stranger).await?;
        roles.drop().await
    })
}

/// A role that may create in `public`, and nothing else.
pub(super) async fn stranger(fixture: &Fixture, roles: &Roles) -> Result<Client, Failure> {
    let role = format!("{}_stranger", roles.database());
    let make = format!("create role {role}; grant create, usage on schema public to {role}");
    fixture.db.batch_execute(&make).await?;
    let stranger = connect(fixture.url(), "stranger").await?;
    stranger.batch_execute(&format!("set role {role}")).await?;
    Ok(stranger)
}

pub(super) async fn leave(
    fixture: &Fixture,
    roles: &Roles,
    stranger: Client,
) -> Result<(), Failure> {
    drop(stranger);
    let role = format!("{}_stranger", roles.database());
    let clear = format!("drop owned by {role} cascade; drop role {role}");
    Ok(fixture.db.batch_execute(&clear).await?)
}

/// What is written without care is hijacked.
async fn expect_teeth(fixture: &Fixture) -> Result<(), Failure> {
    let db = connect(fixture.url(), "teeth").await?;
    for careless in ["nick = 'k1'", "feels = 'sad'", "tags = '{t}'", "during = '[1,5)'"] {
        match db.batch_execute(&format!("select from kids where {careless}")).await {
            Err(error) if format!("{error:?}").contains("hijacked") => {}
            outcome => fail!("`{careless}` is not hijacked: {outcome:?}"),
        }
    }
    let forget = "alter sequence public.hijacked restart";
    Ok(fixture.db.batch_execute(forget).await?)
}

async fn run(roles: &Roles, until: &str) -> Result<changeover::Changeover, Failure> {
    match HISTORY.until(until) {
        Some(history) => roles.start(&history).await,
        None => fail!("the history has no migration {until}"),
    }
}

/// Forth, back, forth again, over the switch both ways and to the end, each build writing wherever
/// it may.
async fn story(roles: &Roles, client: &Client) -> Result<(), Failure> {
    run(roles, "m0002_change").await?.expand().await?;
    client.batch_execute(OLD).await?;
    run(roles, "m0002_change").await?.undo("m0002_change").await?;
    run(roles, "m0002_change").await?.migrate().await?;
    for sql in [OLD, NEW, OLD] {
        client.batch_execute(sql).await?;
    }
    expect_agreement(roles, "m0002_change").await?;
    run(roles, "m0003_switch").await?.contract().await?;
    client.batch_execute(NEW).await?;
    for amounts in ["{longer than the old type}", "{6}"] {
        client.batch_execute(&format!("update public.kids set amounts = '{amounts}'")).await?;
    }
    expect_agreement(roles, "m0003_switch").await?;
    run(roles, "m0003_switch").await?.undo("m0003_switch").await?;
    client.batch_execute(OLD).await?;
    run(roles, "m0004_contract").await?.contract().await?;
    client.batch_execute("update public.kids set parent = 'p', felt = '{sad}'").await?;
    run(roles, "m0005_loosen").await?.migrate().await?;
    run(roles, "m0005_loosen").await?.undo("m0005_loosen").await?;
    Ok(())
}

/// What compares the rows calls nothing of theirs either.
async fn expect_agreement(roles: &Roles, until: &str) -> Result<(), Failure> {
    let found = run(roles, until).await?.verify(&Verify::default()).await?;
    if !found.agrees() || found.verified.is_empty() {
        fail!("{found}");
    }
    Ok(())
}

mod m0001_extended {
    changeover::migration! {
        create_table!(names { name: sql("ext.citext") not_null unique });
        create_table!(uses { id: bigint identity primary_key, name: sql("ext.citext"), index(name) });
    }
}

mod m0002_keyed {
    changeover::migration! {
        after super::m0001_extended;
        add_foreign_key!(uses.name => names.name);
    }
}

mod m0003_unique {
    changeover::migration! {
        after super::m0002_keyed;
        add_unique!(uses(name));
    }
}

changeover::migrations! {
    static EXTENDED = [m0001_extended, m0002_keyed, m0003_unique];
}

/// The type's own operator decides, as in the constraint, wherever its extension is.
#[test]
fn a_type_of_an_extension_is_compared_as_its_constraint_does() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("hostile_citext").await?;
        let there = "select exists (select from pg_available_extensions where name = 'citext')";
        if !fixture.holds(there).await? {
            return Ok(());
        }
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        let make = "create schema ext; create extension citext schema ext; \
                    grant usage on schema ext to public";
        fixture.db.batch_execute(make).await?;
        roles.give(&fixture.db, &[]).await?;
        let Some(base) = EXTENDED.until("m0001_extended") else { fail!("there is no base") };
        let Some(keyed) = EXTENDED.until("m0002_keyed") else { fail!("there is no key") };
        roles.start(&base).await?.migrate().await?;
        let seed =
            "insert into names values ('Ada'); insert into uses (name) values ('ada'), ('nobody')";
        fixture.db.batch_execute(seed).await?;
        let stranger = stranger(&fixture, &roles).await?;
        let hijack = "create function public.same(ext.citext, ext.citext) returns boolean \
                      language plpgsql as $$ begin raise exception 'hijacked'; end $$; \
                      create operator public.= (leftarg = ext.citext, rightarg = ext.citext, \
                      function = public.same)";
        stranger.batch_execute(hijack).await?;
        match roles.start(&keyed).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Violation && error.to_string().contains("id = 2") => {
            }
            outcome => fail!("the row that points nowhere is not named: {outcome:?}"),
        }
        fixture
            .db
            .batch_execute("update uses set name = 'ADA' where id operator(pg_catalog.=) 2")
            .await?;
        roles.start(&keyed).await?.migrate().await?;
        match roles.start(&EXTENDED).await?.migrate().await {
            Err(error)
                if error.kind() == ErrorKind::Violation && error.to_string().contains("id = 2") => {
            }
            outcome => fail!("the rows of one name are not named: {outcome:?}"),
        }
        leave(&fixture, &roles, stranger).await?;
        roles.drop().await
    })
}
