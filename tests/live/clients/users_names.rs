//! In an expression of the user's a name without a schema is one of `public`, in every kind of
//! clause and in every part of a run: a function, an enum, what an extension brings.

use changeover_tests::fixture::Fixture;
use changeover_tests::roles::Roles;
use changeover_tests::{Failure, block_on, fail};

mod m0001_base {
    changeover::migration! {
        create_table!(things {
            id: bigint identity primary_key,
            num: integer not_null,
            word: text not_null,
            note: text,
            given: text,
            small: text,
            extra: text,
            kind: text not_null,
            code: text not_null,
            pair: text not_null,
            one: text not_null,
            two: text not_null,
            gone: text not_null,
        });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        add_column!(things.label: text not_null, fill = "lab(num)");
        add_column!(things.state: text not_null, fill = "(word::state)::text || near(word, word)");
        backfill!(things.note = "lab(num) || (word::state)::text || near(word, word)");
        backfill!(things.given = "'x'", where = "given is null and lab(num) <> '' and word::state is not null and near(word, word) is not null");
        set_not_null!(things.extra, fill = "lab(num) || (word::state)::text || near(word, word)");
        set_not_null!(things.small, fill = "lab(num) || (word::state)::text || near(word, word)", direct(max_rows = 1000, reason = "it is small"));
        rename_column!(things.code => number: text not_null, up = "lab(num) || (word::state)::text || near(word, word) || code", down = "coalesce(nullif(near(number, number), '?'), number)");
        split_column!(things.pair => {
            left_half: text not_null = "split_part(near(pair, pair), '-', 1)",
            right_half: text not_null = "split_part(near(pair, pair), '-', 2)",
        }, down = "near(left_half, left_half) || '-' || right_half");
        merge_columns!(things {
            one = "split_part(near(whole, whole), ' ', 1)",
            two = "split_part(near(whole, whole), ' ', 2)",
        } => whole: text not_null, up = "near(one, one) || ' ' || two");
        change_type!(things.kind: integer, up = "length(near(kind, kind))", down = "lab(kind)");
        add_check!(things, "lab(num) <> '' and word::state is not null and near(word, word) is not null", name = things_known);
        add_generated_column!(things.shout: text = "lab(num) || near(word, word)", stored);
        add_index!(things(sql("lab(num)")), name = things_label_idx);
        add_index!(things(word), where = "lab(num) <> ''", name = things_word_idx);
        drop_column!(things.gone, fill = "lab(num) || near(word, word)");
    }
}

mod m0003_contract {
    changeover::migration! {
        after super::m0002_change;
        switch!(m0002_change);
    }
}

mod m0004_contract {
    changeover::migration! {
        after super::m0003_contract;
        contract!(m0002_change);
    }
}

changeover::migrations! {
    static HISTORY = [m0001_base, m0002_change, m0003_contract, m0004_contract];
}

/// `near` is what an extension has, or where the server lacks it stands for it.
const MADE: &str = "create function public.lab(integer) returns text immutable language sql
        as 'select ''n'' || $1';
    create type public.state as enum ('new', 'old');
    do $$ begin
        create extension pg_trgm schema public;
    exception when others then
        create function public.similarity(text, text) returns real immutable language sql
            as 'select 1::real';
    end $$;
    create function public.near(text, text) returns text immutable language sql
        as 'select case when public.similarity($1, $2) >= 0 then $1 end'";

const SEED: &str = "insert into things (num, word, kind, code, pair, one, two, gone)
    select n, case when n % 2 = 0 then 'new' else 'old' end, 'k' || n, 'c' || n, 'a' || n || '-b', 'x', 'y', 'g'
    from generate_series(1, 100) n";

#[test]
fn every_clause_sees_the_names_of_public() -> Result<(), Failure> {
    block_on(async {
        let fixture = Fixture::new("users_names").await?;
        let roles = Roles::make(&fixture.db, fixture.url()).await?;
        roles.give(&fixture.db, &[]).await?;
        fixture.db.batch_execute(MADE).await?;
        let until =
            |id: &str| HISTORY.until(id).ok_or_else(|| Failure::new(format!("there is no {id}")));
        roles.start(&until("m0001_base")?).await?.migrate().await?;
        fixture.db.batch_execute(SEED).await?;
        let change = until("m0002_change")?;
        let findings = roles.start(&change).await?.preflight().await?;
        if findings.to_string().contains("refused") {
            fail!("the preflight does not see them: {findings}");
        }
        roles.start(&change).await?.expand().await?;
        roles.start(&change).await?.undo("m0002_change").await?;
        roles.start(&change).await?.migrate().await?;
        fixture
            .db
            .batch_execute(
                "update things set num = num where id = 7; set search_path = pg_catalog;
                update public.things set word = word where id = 8; reset search_path",
            )
            .await?;
        roles.start(&change).await?.undo("m0002_change").await?;
        roles.start(&change).await?.migrate().await?;
        let wrong = "select count(*) from things where label <> 'n' || num or state <> word || word
            or note <> 'n' || num || word || word or given <> 'x' or extra is null or small is null
            or number <> 'n' || num || word || word || code or left_half <> 'a' || num
            or whole <> 'x y' or shout <> 'n' || num || word";
        if fixture.count(wrong).await? != 0 {
            fail!("a value is not what its expression says");
        }
        roles.start(&HISTORY).await?.contract().await?;
        roles.drop().await
    })
}
