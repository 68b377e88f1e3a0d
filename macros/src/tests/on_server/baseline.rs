//! A baseline on an empty database makes what its statements make from nothing, tables that point at
//! each other too.

use changeover::testing::Server;

use super::{Failure, History, dump, expect_equal, leak, runner};

const BASELINE: &str = r#"
baseline(sqlx = "20240312101500");
create_schema!(billing);
create_enum!(mood { happy, sad });
create_sequence!(numbers);
create_function!(touch() returns trigger, language = plpgsql, security_definer, search_path = caller, body = "begin return new; end");
create_table!(a { id: integer primary_key, b_id: bigint, mood: mood, n: bigint default sql("nextval('numbers')") });
create_table!(b { id: bigint primary_key, a_id: bigint references(a.id, on_delete = set_null), at: json });
create_table!(billing."Order" { id: bigint not_null, at: date not_null, b_id: bigint, partition_by(range(at)) });
create_partition!(billing.rest of billing."Order", default);
create_partition!(billing.y2024 of billing."Order", from("2024-01-01") to("2025-01-01"));
add_foreign_key!(a.b_id => b.id);
add_foreign_key!(billing."Order".b_id => b.id);
add_index!(a(b_id));
change_sequence!(numbers, owned_by = a.n);
set_not_null!(a.mood);
set_comment!(table a, "with \"quotes\"");
set_replica_identity!(a, index = a_pkey);
create_view!(v, "select a.id from a join b on b.a_id = a.id");
create_materialized_view!(m, "select id, mood from a", index(mood));
create_trigger!(touched on b, before(update), function = touch);
enable_row_level_security!(b);
sql!(up = "create type pair as (one int, other int)", reason = "no macro makes one");
sql!(up = "create statistics st on id, mood from a", reason = "no macro makes one");
"#;

#[test]
fn it_makes_what_its_statements_make() -> Result<(), Failure> {
    let history = History::of(BASELINE, &[]).map_err(|errors| format!("{errors:#?}"))?;
    let history = history.leaked();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = Server::shared().await?;
        let run = server.database("baseline_run").await?;
        let built = server.database("baseline_built").await?;
        runner(&run, &history, "m0001_base").await?.migrate().await?;
        let client = built.connect().await?;
        for statement in history.schema {
            client.batch_execute(statement).await.map_err(|error| format!("{statement}: {error:?}"))?;
        }
        expect_equal("run, and built", &dump(&run).await?, &dump(&built).await?)?;
        // Whatever a name stands for, a server finds it.
        for name in history.names {
            let sql = format!(
                "select '{name}'::text where to_regclass('{name}') is null and to_regtype('{name}') \
                 is null and to_regproc('{name}') is null and to_regnamespace('{name}') is null \
                 and not exists (select from \
                 pg_statistic_ext s where '{name}' = format('\"%s\".\"%s\"', \
                 s.stxnamespace::regnamespace, s.stxname))"
            );
            if let Some(row) = client.query_opt(&sql, &[]).await? {
                return Err(format!("there is no {}", row.get::<_, String>(0)).into());
            }
        }
        Ok(())
    })
}

/// What raw SQL says of objects that later changes drop or replace.
#[test]
fn a_comment_goes_with_its_object() {
    let base = r#"baseline;
        create_table!(users { id: bigint primary_key, name: text });
        create_view!(members, "select id from users");
        create_function!(one() returns bigint, language = sql, body = "select 1");
        create_policy!(own on users, using = "id > 0");
        sql!(up = "create procedure public.run() language sql as 'select 1'", undo = none, reason = "r");
        sql!(up = "comment on view public.members is 'of the view'", undo = none, reason = "r");
        sql!(up = "comment on function public.one() is 'of the function'", undo = none, reason = "r");
        sql!(up = "comment on policy own on public.users is E'of the policy'", undo = none, reason = "r");
        sql!(up = "comment on procedure public.run() is 'of the procedure'", undo = none, reason = "r");"#;
    let drops = "drop_view!(members); drop_function!(one()); replace_policy!(own on users, using = \"id > 1\");
        sql!(up = \"create or replace procedure public.run() language sql as 'select 2'\", undo = none, reason = \"r\");";
    let history = History::of(base, &[drops, "contract!(m0002);"]).expect("no error");
    let built = history.leaked().schema.join(";\n");
    for (text, is_there) in [
        ("'of the view'", false),
        ("'of the function'", false),
        ("'of the policy'", true),
        ("'of the procedure'", true),
        ("'select 1'", false),
        ("'select 2'", true),
    ] {
        assert_eq!(built.contains(text), is_there, "{text}: {built}");
    }
    let (_, replaced) = &history.migrations[1];
    let says = format!("{:?}", leak::migration("m0002", replaced)).contains("of the policy");
    assert!(says, "the policy loses its comment");
}
