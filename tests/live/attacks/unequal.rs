//! Columns of types that have no `=`, or whose `is null` asks each of their fields: what is written to
//! either name is on both, and no operator of a stranger's is called for it.

use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, connect, fail};

use super::operators::{HOSTILE, OF_TYPES, leave, stranger};

mod m0001_base {
    changeover::migration! {
        create_table!(kids {
            id: bigint identity primary_key,
            lives: sql("place"),
            works: sql("place") not_null default sql("row(null, 0)"),
            plays: sql("place"),
            called: sql("name"),
            held: json,
            kept: json,
            at: sql("point"),
            said: sql("xml"),
        }, allow(json, reason = "it has no `=`"));
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(kids.lives => home);
        rename_column!(kids.works => office);
        rename_column!(kids.called => handle);
        rename_column!(kids.held => document);
        rename_column!(kids.at => spot);
        rename_column!(kids.said => words);
        change_type!(kids.kept: jsonb, up = "kept::text::jsonb", down = "kept::text::json");
        set_not_null!(kids.plays, fill = "row(null, 1)");
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

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_switch, m0004_contract];
}

const SEED: &str = r#"
    insert into public.kids (lives, works, plays, called, held, kept, at, said)
        select cast(row('s', n) as public.place), cast(row(null, n) as public.place), null, 'k' || n, '{"a": 1}', '{"a": 1}', '(1,2)', '<a/>'
        from generate_series(1, 100) n;
    insert into public.kids (lives, works, plays) values
        (row(null, 1), row('s', null), row('s', null)), (row(null, null), row(null, null), row(null, null)),
        (null, row('s', 1), null)"#;

/// The rows that nobody has written since, which have nulls as a whole and in their fields.
const KEPT: &str =
    "select string_agg(concat_ws('/', coalesce(home::text, '-'), office, plays), ' ' order by id)
    from public.kids where id between 101 and 103";

/// What a build writes by its names, each field of a composite null once.
fn writes([home, office, handle, document, spot, words]: [&str; 6], kept: &str) -> String {
    let places = ["row('t', null)", "row(null, null)", "row(null, 2)", "null", "row('u', 3)"];
    let write = |place: &str| {
        let office_place = if place == "null" { "row(null, 4)" } else { place };
        format!(
            "insert into public.kids ({home}, {office}, plays, {handle}, {document}, {spot}, {words}, kept)
                 values ({place}, {office_place}, {place}, 'x', '{{\"b\":2}}', '(3,4)', '<b/>', '{kept}');
             update public.kids set {home} = {place}, {office} = {office_place}, {handle} = 'y',
                 {document} = '{{\"c\": 3}}', {spot} = '(5,6)', {words} = '<c/>', kept = '{kept}'
                 where pg_catalog.int8mod(id, 5) operator(pg_catalog.=) 0;"
        )
    };
    places.map(write).concat()
}

const OLD: [&str; 6] = ["lives", "works", "called", "held", "at", "said"];
const NEW: [&str; 6] = ["home", "office", "handle", "document", "spot", "words"];

async fn equal(fixture: &Fixture, when: &str) -> Result<(), Failure> {
    let differ: Vec<String> = (OLD.iter().zip(NEW))
        .map(|(old, new)| format!("row({old})::text operator(pg_catalog.<>) row({new})::text"))
        .collect();
    let differ = format!("select count(*) from public.kids where {}", differ.join(" or "));
    match fixture.count(&differ).await? {
        0 => Ok(()),
        rows => fail!("{rows} rows differ {when}"),
    }
}

async fn run(roles: &Roles, until: &str) -> Result<changeover::Changeover, Failure> {
    match HISTORY.until(until) {
        Some(history) => roles.start(&history).await,
        None => fail!("the history has no migration {until}"),
    }
}

#[test]
fn composites_and_types_without_an_operator_are_the_same_by_both_names() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("hostile_unequal").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        roles.give(&fixture.db, &[]).await?;
        let place = "create type place as (street text, number integer)";
        fixture.db.batch_execute(place).await?;
        run(&roles, "m0001_base").await?.migrate().await?;
        fixture.db.batch_execute(SEED).await?;
        let stranger = stranger(&fixture, &roles).await?;
        stranger
            .batch_execute(&HOSTILE.replace("$schema", "public").replace("$exact", "false"))
            .await?;
        stranger.batch_execute(OF_TYPES).await?;
        for careless in ["held = '1'", "lives = lives"] {
            let careless = format!("select from kids where {careless}");
            if fixture.db.batch_execute(&careless).await.is_ok() {
                fail!("`{careless}` is not hijacked");
            }
        }
        fixture.db.batch_execute("alter sequence public.hijacked restart").await?;
        fixture.db.batch_execute("set search_path = pg_catalog").await?;
        let client = connect(fixture.url(), "client").await?;
        let be = format!("set role {}; set search_path = pg_catalog", roles.app());
        client.batch_execute(&be).await?;

        run(&roles, "m0002_change").await?.expand().await?;
        client.batch_execute(&writes(OLD, "[1]")).await?;
        run(&roles, "m0002_change").await?.migrate().await?;
        equal(&fixture, "after migrate").await?;
        client.batch_execute(&writes(OLD, "[2]")).await?;
        equal(&fixture, "after writes by the old names").await?;
        client.batch_execute(&writes(NEW, "[3]")).await?;
        equal(&fixture, "after writes by the new names").await?;
        run(&roles, "m0003_switch").await?.contract().await?;
        client.batch_execute(&writes(NEW, "[4]")).await?;
        run(&roles, "m0003_switch").await?.undo("m0003_switch").await?;
        run(&roles, "m0004_contract").await?.contract().await?;
        let kept: String = fixture.db.query_one(KEPT, &[]).await?.get(0);
        if kept != "(,1)/(s,)/(s,) (,)/(,)/(,) -/(s,1)/(,1)" {
            fail!("what was there before is now {kept}");
        }
        if fixture.holds("select is_called from public.hijacked").await? {
            fail!("a hostile function was called, and its error caught");
        }
        drop(client);
        leave(&fixture, &roles, stranger).await?;
        roles.drop().await
    })
}
