//! Functions that are not whole, or would run what their caller puts in the way.

mod m0001_base {
    changeover::migration! {
        create_function!(one() returns integer, language = sql, immutable, body = "select 1");
        create_table!(users { id: bigint primary_key });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        create_function!(one() returns bigint, language = sql, body = "select 2");
        create_function!(open(name: text) returns text, language = sql, security_definer,
            search_path = caller, body = "select name");
        create_function!(bare() returns bigint, language = sql, security_definer,
            body = "select count(*) from users");
        create_function!(bodiless() returns text, language = sql);
        create_function!(speechless() returns text, body = "select ''");
        create_function!(typo(a: txt) returns setof int8, language = sql, body = "select a");
        create_function!(default(a: integer default "x", b: integer) returns integer,
            language = sql, body = "select a");
        create_function!(twice(a: text, a: text) returns text, language = sql, body = "select a");
        create_function!(both() returns text, language = sql, stable, immutable, body = "select ''");
        create_function!(quoted() returns text, language = sql, body = "select '$changeover$'");
        create_function!(slip() returns text, language = plpgsql, body = "begin retrun ''; end");
        create_function!(half() returns text, language = sql, body = "select 1 from");
        create_function!(option() returns text, language = sql, stabel, body = "select ''");
        create_function!(nothing(), language = sql, body = "select ''");
    }
}

fn main() {}
