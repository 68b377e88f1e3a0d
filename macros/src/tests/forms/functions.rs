//! Functions in all the shapes that PostgreSQL gives them; a server is asked whether it is so.

use changeover::testing::Server;

use crate::plan::{Statement, Work};
use crate::tests::forms::{history, refuses, takes};

const BASE: &str = r"
create_table!(t { id: bigint identity primary_key, name: text, n: bigint });
create_table!(u { id: bigint identity primary_key, name: text });
";

/// Bodies in PL/pgSQL.
const BODIES: &[&str] = &[
    "declare v bigint; begin select id into v from t where name = 'x'; return v; end",
    "declare v bigint; begin select into v id from t; return v; end",
    "declare v bigint; begin select into strict v id from t; return v; end",
    "declare v bigint; begin select id from t limit 1 into strict v; return v; end",
    "declare v bigint; w text; begin select id, name into v, w from t; return v; end",
    "declare r record; begin select * into r from t; return r.id; end",
    "declare r t%rowtype; begin select id, name into r.id, r.name from t; return r.id; end",
    "declare v bigint; begin insert into t (name) values ('x') returning id into v; return v; end",
    "declare v bigint; begin insert into t (name) select name from u returning id into strict v; return v; end",
    "declare v bigint; begin update t set name = 'y' where id = 1 returning id into v; return v; end",
    "declare v bigint; w text; begin delete from t where id = 1 returning id, name into v, w; return v; end",
    "declare v bigint; begin with x as (select id from t) select id into v from x; return v; end",
    "declare v bigint; begin with x as (insert into u (name) values ('a') returning id) select count(*) from x into v; return v; end",
    "declare v bigint; begin with x as (select 1 as id) update t set name = '' from x where t.id = x.id returning t.id into v; return v; end",
    "declare v bigint; begin select case when name = 'a' then 1 else 2 end into v from t; return v; end",
    "declare v bigint; begin if true then select 1 into v; else select 2 into v; end if; return v; end",
    "declare v bigint; begin for i in 1..3 loop select i into v; end loop; return v; end",
    "declare v bigint; begin begin select 1 into v; exception when others then select 2 into v; end; return v; end",
    "declare v bigint; begin case when true then select 1 into v; else insert into t (n) values (1) returning n into v; end case; return v; end",
    "declare \"V\" bigint; begin select 1 into \"V\"; return \"V\"; end",
    "declare v bigint; begin execute 'select 1' into v; execute format('select %s', 1) into strict v using 1; return v; end",
    "declare c cursor for select id from t; v bigint; begin open c; fetch c into v; fetch next from c into v; close c; return v; end",
    "declare v bigint; begin get diagnostics v = row_count; return v; end",
    "<<outer>> declare v bigint; begin <<inner>> loop select 1 into outer.v; exit inner when v > 0; end loop; return v; end",
    "declare v bigint; begin select count(*) into v from t where name = 'into v'; /* into w */ return v; -- into\n end",
    "declare v bigint; begin values (1) into v; return v; end",
    "declare v bigint := (select max(id) from t); begin perform 1 from t; return coalesce(v, 0); end",
    "declare v bigint; begin select sum(n) into v from (select n from t union all select 1) s; return v; end",
    "declare v bigint; begin insert into t (name) values ('x') on conflict (id) do update set name = excluded.name returning id into v; return v; end",
    "declare v bigint[]; begin select array_agg(id) into v from t; return v[1]; end",
    "begin return (select 1); end;",
    "\n  begin\n    raise notice '%', 'a';\n    return 1;\n  end;\n",
    "declare v bigint; begin while v < 3 loop v := v + 1; continue when v = 2; end loop; return v; end",
    "declare r record; begin for r in select * from t order by id loop update t set n = r.id where id = r.id; end loop; return 1; end",
    "declare r record; begin for r in execute 'select 1 as id' loop return r.id; end loop; return 1; end",
    "declare a int[] := array[1,2]; x int; begin foreach x in array a loop return x; end loop; return 1; end",
];

/// Functions from their name on.
const SHAPES: &[&str] = &[
    r#"f(bigint, text) returns bigint, language = sql, body = "select $1""#,
    r#"f(bigint default 1) returns bigint, language = sql, body = "select $1""#,
    r#"f(a: bigint, out b: bigint), language = sql, body = "select a""#,
    r#"f(a: bigint, out b: bigint, out c: text), language = sql, body = "select a, 'x'""#,
    r#"f(a: bigint, out bigint), language = sql, body = "select a""#,
    r#"f(a: bigint, out b: bigint) returns bigint, language = plpgsql, body = "begin b := a; end""#,
    r#"f(a: bigint, out b: bigint, out c: text) returns record, language = sql, body = "select a, 'x'""#,
    r#"f(out b: bigint, out c: text) returns setof record, language = sql, body = "select id, name from t""#,
    r#"f(inout a: bigint), language = plpgsql, body = "begin a := a + 1; end""#,
    r#"f(inout a: bigint default 1, b: text default "x"), language = sql, body = "select a""#,
    r#"f(variadic a: text[]) returns text, language = sql, body = "select a[1]""#,
    r#"f(variadic text[]) returns text, language = sql, body = "select $1[1]""#,
    r#"f(a: bigint default 1, variadic b: text[] default sql("'{}'")) returns text, language = sql, body = "select b[1]""#,
    r#"f(in a: bigint, out: bigint, variadic: text) returns text, language = sql, body = "select $3""#,
    r#"f() returns table(id: bigint, "Mixed": text), language = sql, body = "select id, name from t""#,
    r#"f() returns setof text, language = sql, body = "select name from t""#,
    r#"f() returns setof record, language = plpgsql, body = "begin return query select 1; end""#,
    r#"f() returns void, language = sql, body = "update t set n = 1; delete from u""#,
    r#"f(a: bigint) returns bigint, language = sql, immutable, strict, parallel_safe, body = "return a + 1""#,
    r#"f(a: bigint) returns bigint, language = sql, body = "RETURN (select count(*) from t where id > a);""#,
    r#"f(a: bigint) returns bigint, language = sql, body = "begin atomic update t set n = a; select a; end""#,
    r#"f(a: bigint) returns bigint, language = sql, body = "
        BEGIN ATOMIC
            insert into t (n) values (a);
            select case when a > 0 then 1 else 2 end;
        END;
    ""#,
    r#"f() returns table(id: bigint), language = sql, stable, body = "begin atomic select id from t; end""#,
    r#"f() returns text, language = sql, body = "select 'one
    two' || '
three'""#,
    r#"f() returns text, language = sql, body = "  select 'a'  ""#,
];

fn functions() -> impl Iterator<Item = String> {
    let body = |body: &&str| {
        format!("create_function!(f() returns bigint, language = plpgsql, body = {body:?});")
    };
    let shape = |shape: &&str| format!("create_function!({shape});");
    BODIES.iter().map(body).chain(SHAPES.iter().map(shape))
}

fn statements(work: Option<&Work>) -> &[Statement] {
    match work {
        Some(Work::Transaction(statements)) => statements,
        _ => &[],
    }
}

#[test]
fn a_server_takes_what_the_compiler_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let server = Server::shared().await.expect("a server");
        let database = server.database("functions").await.expect("a database");
        let client = database.connect().await.expect("a session");
        client
            .batch_execute("create table t (id bigint primary key generated always as identity, name text, n bigint); create table u (id bigint, name text); set search_path = public, pg_temp")
            .await
            .expect("the tables");
        for function in functions() {
            let (planned, said) = history(&[BASE, &function]);
            assert_eq!(said, Vec::<String>::new(), "{function}");
            for step in &planned[1].changes[0].plan.steps {
                for sql in [Some(&step.work), step.undo.as_ref()].into_iter().flat_map(statements) {
                    let done = client.batch_execute(&sql.sql).await;
                    assert!(done.is_ok(), "{function}: {:?}\n{}", done, sql.sql);
                }
            }
        }
    });
}

#[test]
fn a_body_stays_as_it_is() {
    let text = "\n      select 'one\n    two'\n  ";
    let (planned, said) = history(&[&format!(
        "create_function!(f() returns text, language = sql, body = {text:?});"
    )]);
    assert_eq!(said, Vec::<String>::new());
    let Work::Transaction(statements) = &planned[0].changes[0].plan.steps[0].work else { panic!() };
    assert!(statements[0].sql.ends_with(&format!("as $changeover${text}$changeover$")));
}

#[test]
fn what_no_server_takes_is_said() {
    let body = |body: &str| {
        format!("create_function!(f() returns bigint, language = plpgsql, body = {body:?});")
    };
    for (text, why) in [
        ("begin select 1 into; return 1; end", "expected a variable after `begin select 1 into`"),
        ("begin select 1 into v into w; return 1; end", "expected `;`"),
        ("begin select 1 into v from; return 1; end", "expected"),
        ("begin insert t values (1) returning id into v; end", "expected `into`"),
        ("begin retrun 1; end", "expected a statement"),
    ] {
        refuses(&[BASE, &body(text)], why);
    }
    for (shape, why) in [
        (
            r#"f(a: bigint, out b: bigint default 1), language = sql, body = "select a""#,
            "given back",
        ),
        (r#"f(variadic a: text) returns text, language = sql, body = "select a""#, "help: text[]"),
        (
            r#"f(variadic a: text[], b: text) returns text, language = sql, body = "select b""#,
            "follows the variadic one",
        ),
        (
            r#"f(a: bigint default 1, text) returns text, language = sql, body = "select $2""#,
            "follows one with a default",
        ),
        (r#"f(a: bigint), language = sql, body = "select a""#, "expected `returns`"),
        (r#"f() returns text, language = sql, body = "return 'a'; select 1""#, "expected the end"),
        (r#"f() returns text, language = sql, body = "begin atomic select 1""#, "expected"),
        (
            r#"f() returns text, language = sql, search_path = "b", body = "return 'a'""#,
            "looked up once",
        ),
        (r#"f() returns text, language = plperl, body = "x$changeover""#, "which ends it"),
    ] {
        refuses(&[BASE, &format!("create_function!({shape});")], why);
    }
}

#[test]
fn a_new_version_keeps_what_callers_rely_on() {
    let make = |verb: &str, shape: &str| format!("{verb}_function!({shape});");
    let old = make("create", r#"f(a: bigint, out b: bigint), language = sql, body = "select a""#);
    let with = |shape: &str| make("replace", shape);
    takes(&[&old, &with(r#"f(a: bigint, out b: bigint), language = sql, body = "select a + 1""#)]);
    refuses(
        &[&old, &with(r#"f(a: bigint, out c: bigint), language = sql, body = "select a""#)],
        "returns `out \"b\" bigint`",
    );
    refuses(
        &[&old, &with(r#"f(bigint, out b: bigint), language = sql, body = "select $1""#)],
        "argument `a` of `f` has a name",
    );
    takes(&[&old, "drop_function!(f(bigint));"]);
}

/// A function that reads the table, and a column of that name of another one, needs no change.
#[test]
fn a_function_needs_the_column_that_it_says() {
    let base = "create_table!(invoices { id: bigint primary_key, number: text }); \
         create_table!(receipts { id: bigint primary_key, number: text });";
    let function = |body: &str| {
        format!(
            "create_function!(f() returns trigger, language = plpgsql, body = {body:?}); \
             create_trigger!(t on receipts, before(insert), function = f);"
        )
    };
    let (rename, contract) = ("rename_column!(invoices.number => code);", "contract!(m3);");
    for body in [
        "begin if new.number is null then perform i.id from invoices i; end if; return new; end",
        "begin perform r.number from receipts r join invoices i on i.id = r.id; return new; end",
    ] {
        takes(&[base, &function(body), rename, contract]);
    }
    for body in [
        "begin perform i.number from receipts r join invoices i on i.id = r.id; return new; end",
        "begin perform number from invoices; return new; end",
    ] {
        let why = "function `f()` needs column `invoices.number`";
        refuses(&[base, &function(body), rename, contract], why);
    }
}
