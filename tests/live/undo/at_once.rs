//! The undo of a one-step form reads every row under its lock: what it would fail on, or cut off, is
//! asked before anything is taken back.

use changeover::ErrorKind;
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, block_on, fail};

mod m0001_small {
    changeover::migration! {
        create_sequence!(small_seq, as = integer);
        create_table!(
            small {
                id: integer primary_key default sql("nextval('small_seq')"),
                code: varchar(4) not_null,
                tags: varchar(3)[],
                kind: text not_null default "a",
                at: date,
                wide: integer identity,
                index(kind, unique, name = by_kind),
            },
            allow(narrow_key, reason = "to be widened")
        );
        change_sequence!(small_seq, owned_by = small.id);
        create_table!(keyed { a: bigint primary_key, b: bigint not_null });
    }
}

mod m0002_at_once {
    changeover::migration! {
        after super::m0001_small;
        change_type!(small.id: bigint, direct(max_rows = 100, reason = "few"));
        change_type!(small.wide: bigint, direct(max_rows = 100, reason = "few"));
        change_type!(
            small.code: text, up = "code || '!'", down = "nullif(rtrim(code, '!'), '')",
            direct(max_rows = 100, reason = "few")
        );
        change_type!(small.tags: text[], direct(max_rows = 100, reason = "few"));
        change_type!(
            small.at: timestamp, direct(max_rows = 100, reason = "few"),
            allow(timestamp_without_time_zone, reason = "a test")
        );
        drop_not_null!(small.kind, direct(max_rows = 100, reason = "few"));
        replace_index!(by_kind => small(kind), direct(max_rows = 100, reason = "few"));
        change_primary_key!(keyed(b), direct(max_rows = 100, reason = "few"));
        add_column!(keyed.text: text);
    }
}

changeover::migrations! {
    static AT_ONCE = [m0001_small, m0002_at_once];
}

#[test]
fn what_a_one_step_form_would_fail_on_stops_it_before_the_first_step() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("undo_at_once").await?;
        let Some(base) = AT_ONCE.until("m0001_small") else { fail!("no base") };
        fixture.runner(&base).await?.migrate().await?;
        let first = fixture.catalog().await?;
        let row = "insert into small (code, tags, at) values ('ab', '{x}', '2024-02-29')";
        fixture.db.batch_execute(row).await?;
        fixture.db.batch_execute("insert into keyed values (1, 1)").await?;
        let mut runner = fixture.runner(&AT_ONCE).await?;
        runner.migrate().await?;
        let before = fixture.catalog().await?;
        for (make, mend) in [
            ("update small set id = 3000000000", "update small set id = 1"),
            ("select setval('small_seq', 3000000000)", "select setval('small_seq', 1)"),
            ("select setval('small_wide_seq', 3000000000)", "select setval('small_wide_seq', 1)"),
            ("update small set code = 'abcde!'", "update small set code = 'ab!'"),
            ("update small set code = '!'", "update small set code = 'ab!'"),
            ("update small set tags = '{long}'", "update small set tags = '{x}'"),
            (
                "update small set at = '2024-02-29 12:00'",
                "update small set at = '2024-02-29 00:00'",
            ),
            ("update small set kind = null", "update small set kind = 'a'"),
            ("insert into small (code) values ('b!')", "delete from small where code = 'b!'"),
            ("insert into keyed values (1, 2)", "delete from keyed where b = 2"),
        ] {
            fixture.db.batch_execute(make).await?;
            match runner.undo("m0002_at_once").await {
                Err(error) if error.kind() == ErrorKind::Violation || error.code().is_some() => {}
                Err(error) => fail!("another error after `{make}`: {error}"),
                Ok(_) => fail!("it was not refused after `{make}`"),
            }
            if fixture.catalog().await? != before {
                fail!("something was undone before it was refused: {make}");
            }
            fixture.db.batch_execute(mend).await?;
        }
        runner.undo("m0002_at_once").await?;
        if fixture.catalog().await? != first {
            fail!("the undo left another schema");
        }
        let same =
            "select count(*) from small where code = 'ab' and tags = '{x}' and at = '2024-02-29'";
        match fixture.count(same).await? {
            1 => Ok(()),
            _ => fail!("a value is another"),
        }
    })
}
