//! What a column that takes another's place has of it: everything, but the type. In a schema of its
//! own, with words of SQL, capitals and spaces in the names, and names as long as they may be.

use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, catalog, fail, forbid_rewrites};

mod m0001_tables {
    changeover::migration! {
        create_table!(
            shop.regions { code: integer primary_key },
            allow(narrow_key, reason = "to be widened")
        );
        create_table!(
            shop."Order" {
                id: bigint identity primary_key,
                "user": integer not_null default 7 unique,
                "Größe \\ des Kunden": integer,
                a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1: varchar(10)
                    collate("C") default "it's",
                a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2: varchar(10),
                note: text,
                check("\"user\" > 0", name = "is positive §"),
                foreign_key(
                    "Größe \\ des Kunden" => shop.regions(code), name = "to", on_delete = set_null
                ),
                index(("user" desc nulls_last, note), where = "\"user\" > 1", include(id), name = "in"),
                index((sql("abs(\"user\")")), name = "by value"),
                index((sql("- \"user\"")), unique, name = "one of a kind"),
                index(("Größe \\ des Kunden"), using = hash),
                index(
                    (a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1
                        collate("POSIX") varchar_pattern_ops),
                    where = "a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1 <> ''"
                ),
                index(
                    (a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2),
                    where = "a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2 <> ''",
                    name = a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_x
                ),
            },
            allow(narrow_key, reason = "to be widened")
        );
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_tables;
        change_type!(shop."Order"."user": bigint);
        change_type!(shop.regions.code: bigint, with(shop."Order"."Größe \\ des Kunden"));
        change_type!(
            shop."Order".a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1:
                varchar(20)
        );
        change_type!(
            shop."Order".a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2:
                varchar(20)
        );
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
    static HISTORY = [m0001_tables, m0002_change, m0003_switch, m0004_contract];
}

/// What no migration knows of.
const OUTSIDE: &str = r#"
    insert into shop.regions select n from generate_series(1, 9) n;
    insert into shop."Order" ("user", "Größe \ des Kunden",
        a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2)
    select n, n % 9 + 1, 'v' || n from generate_series(1, 900) n;
    grant select ("user"), update ("user") on shop."Order" to public;
    grant select ("Größe \ des Kunden") on shop."Order" to pg_monitor with grant option;
    comment on column shop."Order"."user" is 'it''s a number';
    comment on column shop.regions.code is 'the key';
    comment on constraint "is positive §" on shop."Order" is 'a check';
    comment on constraint "Order_user_key" on shop."Order" is 'a key';
    comment on index shop."by value" is 'an index';
    comment on index shop."one of a kind" is 'another';
    alter table shop."Order" alter column "user" set statistics 321;
    alter table shop."Order" alter column "user" set (n_distinct = -0.5);
    alter table shop."Order"
        alter column a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1
        set storage external;
    alter table shop."Order" replica identity using index "Order_user_key";
    alter table shop."Order" cluster on "Order_user_key""#;

const ROWS: &str = r#"select md5(string_agg(format('%s %s %s %s', "user", "Größe \ des Kunden",
    a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_1,
    a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_0000_2), ',' order by id))
    from shop."Order""#;

#[test]
fn all_but_the_type_is_as_it_was() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("faithful").await?;
        let db = &fixture.db;
        db.batch_execute("create schema shop").await?;
        let Some(base) = HISTORY.until("m0001_tables") else { fail!("no base") };
        let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        db.batch_execute(OUTSIDE).await?;
        forbid_rewrites(db).await?;
        let (before, rows) = (catalog::dump(db).await?, row(&fixture).await?);

        // There, back, and there again.
        fixture.runner(&switch).await?.contract().await?;
        for id in ["m0003_switch", "m0002_change"] {
            fixture.runner(&switch).await?.undo(id).await?;
        }
        catalog::expect_equal(("before", &before), ("after the undo", &catalog::dump(db).await?))?;
        fixture.runner(&HISTORY).await?.contract().await?;

        let wider = before
            .replace("\"user\" integer", "\"user\" bigint")
            .replace("des Kunden\" integer", "des Kunden\" bigint")
            .replace("regions.code integer", "regions.code bigint")
            .replace("character varying(10)", "character varying(20)");
        catalog::expect_equal(
            ("before, but for the types", &wider),
            ("after", &catalog::dump(db).await?),
        )?;
        if row(&fixture).await? != rows {
            fail!("one column has another's values");
        }
        Ok(())
    })
}

async fn row(fixture: &Fixture) -> Result<String, Failure> {
    Ok(fixture.db.query_one(ROWS, &[]).await?.get(0))
}

#[test]
fn what_no_migration_made_stops_the_switch() -> Result<(), Failure> {
    block_on(async {
        for (object, name) in [
            ("create index by_hand on shop.\"Order\" (\"user\")", "by_hand"),
            ("create view by_eye as select \"user\" from shop.\"Order\"", "by_eye"),
            ("create table elsewhere (id int references shop.regions (code))", "elsewhere_id_fkey"),
        ] {
            let fixture = Fixture::new("faithful_unknown").await?;
            fixture.db.batch_execute("create schema shop").await?;
            let Some(switch) = HISTORY.until("m0003_switch") else { fail!("no switch") };
            fixture.runner(&switch).await?.migrate().await?;
            fixture.db.batch_execute(object).await?;
            match fixture.runner(&switch).await?.contract().await {
                Err(error) if error.is_gate_held() && error.to_string().contains(name) => {}
                Err(error) => fail!("another error: {error:?}"),
                Ok(_) => fail!("{name} was left with the old column"),
            }
            let kind = object.split(' ').nth(1).unwrap_or_default();
            let on = if name.starts_with("else") { "elsewhere" } else { name };
            let schema = if kind == "index" { "shop." } else { "" };
            fixture.db.batch_execute(&format!("drop {kind} {schema}{on}")).await?;
            fixture.runner(&HISTORY).await?.contract().await?;
            fixture.expect_model(&HISTORY).await?;
        }
        Ok(())
    })
}
