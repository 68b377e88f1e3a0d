//! Types that change: in the catalog alone, by a cast, by the user's expressions; there and back.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Client, Failure, Scenario, block_on, fail, forbid_rewrites};

mod m0001_samples {
    changeover::migration! {
        create_table!(samples {
            id: bigint identity primary_key,
            short: varchar(10) not_null default "it's",
            open: varchar,
            "to": varchar(10) unique,
            money: numeric(10, 2) default 1.5,
            whole: numeric(10),
            at: timestamp(3),
            since: timestamptz(3),
            noon: time(3),
            span: interval(3),
            bits: varbit(8),
            index(short desc), index(open), index(money), index(whole), index(at), index(since),
            index(noon), index(span), index(bits),
        }, allow(timestamp_without_time_zone, reason = "to be tested"));
    }
}

mod m0002_wider {
    changeover::migration! {
        after super::m0001_samples;
        change_type!(samples.short: varchar(20));
        change_type!(samples.open: text);
        change_type!(samples."to": text);
        change_type!(samples.money: numeric(12, 2));
        change_type!(samples.whole: numeric);
        change_type!(
            samples.at: timestamp(6),
            allow(timestamp_without_time_zone, reason = "to be tested")
        );
        change_type!(samples.since: timestamptz);
        change_type!(samples.noon: time(6));
        change_type!(samples.span: interval(6));
        change_type!(samples.bits: varbit);
    }
}

changeover::migrations! {
    static WIDER = [m0001_samples, m0002_wider];
}

const FILES: &str = "select string_agg(relname || relfilenode, ' ' order by relname) from pg_class
    where relkind in ('r', 'i') and relname like 'samples%'";

async fn text(fixture: &Fixture, query: &str) -> Result<String, Failure> {
    let row = fixture.db.query_one(query, &[]).await?;
    Ok(row.get::<_, Option<String>>(0).unwrap_or_default())
}

/// Neither the table nor one of its indexes moves to another file.
#[test]
fn more_room_is_the_catalog_alone() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("retyped_in_place").await?;
        let Some(base) = WIDER.until("m0001_samples") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "insert into samples (short, open, \"to\", whole, at, since, noon, span, bits)
                 select 's' || n, 'o' || n, 't' || n, n, now(), now(), '12:00', '1 day', '1010'
                 from generate_series(1, 2000) n",
            )
            .await?;
        forbid_rewrites(&fixture.db).await?;
        let rows = "select md5(string_agg(s::text, ',' order by id)) from samples s";
        let (files, before) = (text(&fixture, FILES).await?, text(&fixture, rows).await?);
        for _ in 0..2 {
            fixture.runner(&WIDER).await?.migrate().await?;
            if text(&fixture, FILES).await? != files || text(&fixture, rows).await? != before {
                fail!("a file was written anew, or a value is another");
            }
            fixture.expect_model(&WIDER).await?;
            // What the new type has room for survives the undo, which cannot narrow it.
            fixture.runner(&WIDER).await?.undo("m0002_wider").await?;
            let open = "select format_type(atttypid, atttypmod) from pg_attribute
                where attrelid = 'samples'::regclass and attname = 'open'";
            if text(&fixture, open).await? != "character varying" {
                fail!("what goes back without a rewrite did not");
            }
        }
        Ok(())
    })
}

mod m0001_readings {
    changeover::migration! {
        create_table!(readings {
            id: bigint identity primary_key,
            code: text default "7",
            local: timestamp not_null,
            small: smallint not_null default 3,
            flag: char(4),
            level: integer,
            hosts: cidr,
            doc: json,
            tags: varchar(5)[],
            day: date,
            index(code), index(local desc), index(hosts),
        }, allow(timestamp_without_time_zone, reason = "to be tested"),
            allow(fixed_length, reason = "to be tested"), allow(json, reason = "to be tested"));
    }
}

mod m0002_retyped {
    changeover::migration! {
        after super::m0001_readings;
        change_type!(readings.code: integer, up = "code::integer", down = "code::text");
        change_type!(readings.local: timestamptz, zone = "Europe/Berlin");
        change_type!(readings.small: bigint);
        change_type!(readings.flag: text);
        change_type!(readings.level: numeric(12, 2));
        change_type!(readings.hosts: inet);
        change_type!(readings.doc: jsonb, up = "doc::jsonb", down = "doc::json");
        change_type!(readings.tags: text[]);
        change_type!(
            readings.day: timestamp,
            allow(timestamp_without_time_zone, reason = "to be tested")
        );
    }
}

mod m0003_switch {
    changeover::migration! {
        after super::m0002_retyped;
        switch!(m0002_retyped);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_switch;
        contract!(m0002_retyped);
    }
}

changeover::migrations! {
    static RETYPED = [m0001_readings, m0002_retyped, m0003_switch, m0004_contract];
}

const VALUES: &str =
    "select string_agg(format('%s %s %s %s %s %s %s %s %s %s', id, code, local, small,
    flag, level, hosts, doc, tags, day), chr(10) order by id) from readings";

/// A code with zeros in front does not come out of `down(up(code))`: the way back must not take it
/// from there.
#[test]
fn what_nobody_wrote_comes_back_exactly() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("retyped").await?;
        let Some(base) = RETYPED.until("m0001_readings") else { fail!("no base") };
        let Some(switch) = RETYPED.until("m0003_switch") else { fail!("no switch") };
        fixture.runner(&base).await?.migrate().await?;
        let db = &fixture.db;
        db.batch_execute(
            "insert into readings (code, local, flag, level, hosts, doc, tags, day)
             select '00' || n, timestamp '2024-06-01' + n * interval '1 hour', 'f', n, '10.0.0.0/8',
                 '{\"b\": 1, \"a\":  2}', '{x,y}', '2024-02-29' from generate_series(1, 500) n",
        )
        .await?;
        db.batch_execute("insert into readings (code, local) values (null, '2024-12-01')").await?;
        forbid_rewrites(db).await?;
        let before = text(&fixture, VALUES).await?;

        fixture.runner(&switch).await?.contract().await?;
        let converted = "select count(*) from readings where id = 5 and code = 5 and small = 3
            and local = '2024-06-01 05:00+02' and flag = 'f' and level = 5.00
            and hosts = '10.0.0.0/8' and doc -> 'a' = '2' and tags = '{x,y}'
            and day = '2024-02-29 00:00'";
        if fixture.count(converted).await? != 1 {
            fail!("another row: {}", text(&fixture, VALUES).await?);
        }
        db.batch_execute("update readings set level = level where id < 100").await?;
        fixture.runner(&switch).await?.undo("m0003_switch").await?;
        if text(&fixture, VALUES).await? != before {
            fail!("a value changed on the way there and back");
        }

        fixture.runner(&switch).await?.contract().await?;
        db.batch_execute(
            "update readings set code = 12, level = 7, tags = '{long enough}' where id = 1",
        )
        .await?;
        match fixture.runner(&switch).await?.undo("m0003_switch").await {
            Err(error) if error.kind() == ErrorKind::Violation => {}
            Err(error) => fail!("another error: {error}"),
            Ok(_) => fail!("a tag of eleven characters was taken back to five"),
        }
        db.batch_execute("update readings set tags = '{short}' where id = 1").await?;
        fixture.runner(&switch).await?.undo("m0003_switch").await?;
        let written = "select count(*) from readings
            where id = 1 and code = '12' and level = 7 and tags = '{short}'";
        if fixture.count(written).await? != 1 {
            fail!("what the new build wrote did not reach the old one");
        }
        fixture.runner(&RETYPED).await?.contract().await?;
        fixture.expect_model(&RETYPED).await
    })
}

mod m0001_parcels {
    changeover::migration! {
        create_table!(parcels {
            id: bigint identity primary_key,
            code: text default "7",
            note: text not_null default "",
            index(code, note),
        });
        create_view!(labels, "select id, code || '!' as label from parcels");
        create_view!(loud, "select upper(label) as label from labels");
    }
}

mod m0002_code {
    changeover::migration! {
        after super::m0001_parcels;
        change_type!(parcels.code: integer, up = "code::integer", down = "code::text");
    }
}

mod m0003_code_switch {
    changeover::migration! {
        after super::m0002_code;
        switch!(m0002_code);
    }
}

mod m0004_code_contract {
    changeover::migration! {
        after super::m0003_code_switch;
        contract!(m0002_code);
    }
}

changeover::migrations! {
    static PARCELS = [m0001_parcels, m0002_code, m0003_code_switch, m0004_code_contract];
}

/// Clients write values of both types by an expression that either takes.
#[test]
fn a_conversion_under_traffic_with_views_on_the_column() -> Result<(), Failure> {
    let touch = "update parcels set note = note || '.' where id = $1";
    let client = || {
        Client::of("parcels")
            .writes_as("code", "$2::text::integer")
            .values(|n| n.to_string())
            .nullable()
            .unrelated(touch)
    };
    let scenario = Scenario::new(&PARCELS, "m0002_code")
        .seed("insert into parcels (code) select n from generate_series(1, 4000) n")
        .old_build(client())
        .new_build(
            client().read("select trim(both '!' from l.label) from labels l where l.id = $1"),
        );
    crate::live(&scenario, "retyped_traffic")
}
