//! The words of the grammar: types, and the ways of saying what belongs to a column.

use changeover::testing::Server;

use crate::plan::sql::sea;
use crate::tests::forms::{history, refuses, takes};

/// Types of PostgreSQL's own, as a user writes them.
const TYPES: &[&str] = &[
    "smallint",
    "int2",
    "integer",
    "int",
    "int4",
    "bigint",
    "int8",
    "numeric",
    "numeric(10, 2)",
    "decimal(8)",
    "dec(4, 1)",
    "real",
    "float4",
    "double_precision",
    "double precision",
    "float8",
    "float",
    "float(10)",
    "float(30)",
    "money",
    "boolean",
    "bool",
    "text",
    "varchar",
    "varchar(20)",
    "character varying",
    "character varying(255)",
    "char",
    "char(3)",
    "character(4)",
    "character",
    "bpchar",
    "nchar",
    "nchar(3)",
    "nchar varying(10)",
    "national char",
    "national char varying(10)",
    "national character(4)",
    "national character varying(10)",
    "\"char\"",
    "name",
    "date",
    "time",
    "time(3)",
    "timetz",
    "timetz(2)",
    "time with time zone",
    "time(3) with time zone",
    "time without time zone",
    "timestamp",
    "timestamp(3)",
    "timestamptz",
    "timestamptz(6)",
    "timestamp with time zone",
    "timestamp(3) with time zone",
    "timestamp without time zone",
    "interval",
    "interval(3)",
    "interval year",
    "interval year to month",
    "interval day to second(3)",
    "interval second(2)",
    "interval hour to minute",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "bytea",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "bit",
    "bit(8)",
    "varbit",
    "bit varying",
    "bit varying(64)",
    "varbit(5)",
    "tsvector",
    "tsquery",
    "xml",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "oid",
    "regclass",
    "regtype",
    "regproc",
    "regrole",
    "regnamespace",
    "regconfig",
    "regdictionary",
    "pg_lsn",
    "pg_snapshot",
    "txid_snapshot",
    "xid",
    "xid8",
    "tid",
    "text[]",
    "integer[3]",
    "integer[][]",
    "integer array",
    "integer array[4]",
    "numeric(4, 1)[]",
    "timestamp with time zone[]",
    "double precision[]",
    "character varying(5)[]",
    "\"char\"[]",
    "sql(\"INTEGER\")",
    "sql(\"double precision\")",
    "sql(\"timestamp(3) with time zone\")",
    "sql(\"text[][]\")",
    "sql(\"int4[3]\")",
    "sql(\"integer array\")",
    "sql(\"pg_catalog.int4\")",
    "sql(\"interval day to second\")",
    "sql(\"bit varying(4)\")",
    "sql(\"\\\"char\\\"\")",
];

/// Forms of a table that are right, around a column `a`.
const ITEMS: &[&str] = &[
    "a: bigint check(\"a > 0\", name = positive)",
    "a: bigint check(\"a > 0\") check(\"a < 9\")",
    "a: bigint check(\"a > 0\", no_inherit)",
    "a: bigint unique(name = one_of_each)",
    "a: bigint unique(name = one_of_each, deferrable)",
    "a: bigint primary_key(name = pk)",
    "a: bigint references(parents.id, name = fk, on_delete = cascade, match = full), index(a)",
    "a: bigint, index(a, unique, name = by_a)",
    "a: bigint, index(a desc, name = by_a)",
    "a: bigint, b: text, index(a, b, include(c), name = by_a), c: text",
    "a: bigint, b: text, index(a, where = \"b = 'x'\")",
    "a: bigint, index((a), unique, name = by_a)",
    "a: bigint, unique: text, index(a, \"unique\")",
    "a: bigint, primary_key(a, name = pk)",
    "a: bigint, unique(a, name = key)",
    "a: bigint, comment = \"x\"",
    "a: bigint comment = \"x\"",
    "a: text collate = \"C\" comment(\"y\")",
    "a: tsrange, exclude(a with &&, using = gist)",
    "a: tsrange, b: int4range, exclude(b with =, a with &&, using = gist, name = apart)",
    "a: circle, exclude(a with \"&&\", using = gist)",
    "a: point default \"(0,0)\"",
    "a: money default 0",
];

const PARENTS: &str = "create_table!(parents { id: bigint identity primary_key });";

#[test]
fn a_server_takes_every_type_and_form() {
    let quiet = ", allow(timestamp_without_time_zone, reason = \"r\"), allow(fixed_length, reason = \"r\"), allow(json, reason = \"r\")";
    let of_types = TYPES.iter().map(|ty| format!("create_table!(t {{ a: {ty} }}{quiet});"));
    let of_items = ITEMS.iter().map(|items| format!("create_table!(t {{ {items} }});"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let server = Server::shared().await.expect("a server");
        let database = server.database("words").await.expect("a database");
        let client = database.connect().await.expect("a session");
        for table in of_types.chain(of_items) {
            // The second migration reads what the first one wrote.
            let next = "set_comment!(table t, \"c\");";
            let (planned, said) = history(&[PARENTS, &table, next]);
            assert_eq!(said, Vec::<String>::new(), "{table}");
            let built = sea::build(&planned[2].schema.in_order_of_need()).join(";\n");
            let done = client
                .batch_execute(&format!("begin; set local search_path = public; {built}; rollback"))
                .await;
            assert!(done.is_ok(), "{table}: {done:?}\n{built}");
            let _ = client.batch_execute("rollback").await;
        }
    });
}

#[test]
fn one_type_has_many_names() {
    for (one, other) in [
        ("integer", "int4"),
        ("timestamptz", "timestamp with time zone"),
        ("varchar(20)", "character varying(20)"),
        ("double_precision", "double precision"),
        ("varchar(20)", "national character varying(20)"),
        ("integer[]", "integer array[3]"),
        ("mood", "sql(\"mood\")"),
        ("mood", "sql(\"public.mood\")"),
        ("mood[]", "sql(\"mood[]\")"),
        ("mood[]", "sql(\"public.mood[]\")"),
        ("mood[]", "sql(\"Mood array\")"),
        ("citext", "sql(\"citext\")"),
    ] {
        let base = format!(
            "create_enum!(mood {{ happy, sad }}); create_extension!(citext); create_table!(t {{ id: bigint primary_key, a: {other} }});"
        );
        refuses(&[&base, &format!("change_type!(t.a: {one});")], "already");
    }
}

#[test]
fn a_type_of_an_extension_is_known_by_its_extension() {
    for (extension, ty) in [
        ("citext", "citext"),
        ("vector", "vector(3)"),
        ("vector", "halfvec(3)"),
        ("postgis", "geometry(Point, 4326)"),
        ("postgis", "geography"),
        ("ltree", "ltree[]"),
        ("hstore", "hstore"),
        ("cube", "cube"),
        ("\"my_ext\"", "my_ext"),
    ] {
        let table = format!("create_table!(t {{ id: bigint primary_key, a: {ty} }});");
        let make = format!("create_extension!({extension});");
        takes(&[&make, &table, "set_comment!(column t.a, \"c\");"]);
        takes(&[&format!("{make} {table}")]);
        refuses(&[&make, &table, &format!("drop_extension!({extension});")], "still needed by");
        refuses(&[&table], "unknown type");
        refuses(&[&table], "help: `sql(\"");
    }
    refuses(
        &[
            "create_schema!(ext); create_extension!(citext, schema = ext); create_table!(t { a: citext });",
        ],
        "help: ext.citext",
    );
    takes(&[
        "create_schema!(ext); create_extension!(citext, schema = ext); create_table!(t { a: ext.citext });",
    ]);
}

#[test]
fn what_is_wrong_with_a_word_is_said_with_how_to_mend_it() {
    for (items, why) in [
        ("a: serial", "integer identity"),
        ("a: sql(\"serial\")", "help: integer identity"),
        ("a: sql(\"BIGSERIAL\")", "help: bigint identity"),
        ("a: texxt", "did you mean `text`?"),
        ("a: double", "did you mean `double precision`?"),
        ("a: interval month to second", "no interval goes from `month` to `second`"),
        ("a: timestamp with tiem zone", "expected `time`"),
        ("a: oid(3)", "takes no length"),
        ("a: integer default (random() * 1000)::int", "help: sql(\"(random() * 1000)::int\")"),
        ("a: timestamptz default now() not_null", "help: sql(\"now()\")"),
        ("a: text default free", "help: \"free\""),
        ("a: text default free not_null", "help: \"free\""),
        ("a: date default current_date + 1", "help: sql(\"current_date + 1\")"),
        ("a: integer default 1 + 1", "help: sql(\"1 + 1\")"),
        ("a: text default concat(\"a\", 'b')", "help: sql(\"concat('a', 'b')\")"),
        ("a: text default \"x\"::text", "help: sql(\"'x'::text\")"),
        ("a: text default pg_catalog.lower(\"X\")", "help: sql(\"pg_catalog.lower('X')\")"),
        ("a: bigint unique(b)", "unknown option `b`"),
        ("a: bigint check()", "unexpected end"),
        ("a: bigint not_null(nmae = b)", "expected `name`"),
        ("a: bigint identity(cache = 0)", "keeps at least one value"),
        ("a: bigint identity(min_vaule = 0)", "did you mean `min_value`?"),
        ("a: bigint references(b.id, on_delet = cascade)", "did you mean `on_delete`?"),
        ("a: bigint, name = \"x\"", "expected a column, found `name =`"),
        ("a: tsrange, exclude(a with, using = gist)", "expected an operator"),
    ] {
        let said = crate::tests::forms::said(&[&format!("create_table!(t {{ {items} }});")]);
        assert!(said.iter().any(|text| text.contains(why)), "{items}: {said:#?}");
        assert_eq!(said.len(), 1, "{items}: one mistake is one error: {said:#?}");
    }
}

const DROP: &str = "drop_enum_value!(state.lost, replace_by = new);";

#[test]
fn a_type_in_sql_is_what_it_is() {
    let base =
        "create_enum!(state { new, lost }); create_domain!(d: integer check(\"value > 0\"));";
    for ty in ["sql(\"state\")", "sql(\"public.state\")", "sql(\"State\")"] {
        refuses(
            &[base, &format!("create_table!(t {{ a: {ty} default \"gone\" }});")],
            "has no value `gone`",
        );
        let table =
            format!("create_table!(t {{ id: bigint primary_key, a: {ty} default \"lost\" }});");
        refuses(&[base, &table, DROP], "`lost` is the default of `t.a`");
    }
    for ty in ["sql(\"state[]\")", "sql(\"state array\")", "sql(\"public.state[3]\")"] {
        let table = format!("create_table!(t {{ id: bigint primary_key, a: {ty} }});");
        let (planned, said) = history(&[base, &table, DROP]);
        assert_eq!(said, Vec::<String>::new());
        assert!(
            planned[2].schema.write().to_string().contains("operator(pg_catalog.<>) all"),
            "{ty}"
        );
    }
    let table = "create_table!(t { id: bigint primary_key });";
    refuses(&[base, table, "add_column!(t.a: sql(\"d\"));"], "rewrites the table");
    refuses(
        &[base, "create_table!(t { a: sql(\"state\") });", "drop_enum!(state);"],
        "still needed by",
    );
    refuses(&["create_enum!(circle { a }); create_table!(t { c: circle });"], "public.circle");
    takes(&[
        "create_enum!(circle { a }); create_table!(t { c: public.circle });",
        "set_default!(t.c, \"a\");",
    ]);
}

#[test]
fn a_help_is_what_can_be_pasted() {
    let base = "create_extension!(citext); create_table!(t { id: bigint primary_key, mail: text, \"Mixed\": text });";
    let help = "up = \"mail::citext\", down = \"mail::text\"";
    refuses(&[base, "change_type!(t.mail: citext);"], help);
    refuses(&[base, "change_type!(t.\"Mixed\": citext);"], "up = \"\\\"Mixed\\\"::citext\"");
    refuses(&[base, "rename_column!(t.mail => address: citext);"], "down = \"address::text\"");
}

#[test]
fn a_default_without_quotes_is_what_its_help_says() {
    for (ty, default, rest) in [
        ("integer", "(random() * 1000)::int", ""),
        ("integer", "(random() * 1000)::int", " not_null check(\"a >= 0\")"),
        ("numeric", "-(1 + 2) * 3 % 2", ""),
        ("timestamptz", "now() - interval \"1 day\"", " not_null"),
        ("timestamptz", "now() at time zone \"utc\"", ""),
        ("timestamptz", "current_timestamp", " comment(\"c\")"),
        ("text[]", "array[\"a\", \"b\"]::text[]", ""),
        ("text", "coalesce(null, \"it's\")", ""),
        ("text", "\"a\" || \"b\"", ""),
        ("text", "free", " not_null"),
        ("boolean", "not true", ""),
        ("boolean", "1 <> 2", ""),
        ("boolean", "1 >= 2 and 3 <= 4", ""),
        ("jsonb", "jsonb_build_object(\"a\", 1) -> \"a\"", ""),
        ("uuid", "gen_random_uuid()", " unique"),
        ("integer", "case when 1 < 2 then 3 else 4 end", ""),
        ("double precision", "1.5e3 * 2", ""),
        ("date", "(now() + \"1 day\")::date", ""),
    ] {
        let table =
            |default: &str| format!("create_table!(t {{ a: {ty} default {default}{rest} }});");
        let said = crate::tests::forms::said(&[&table(default)]);
        let [one] = said.as_slice() else { panic!("{default}: {said:#?}") };
        let help = one.lines().find_map(|line| line.strip_prefix("help: "));
        takes(&[&table(help.unwrap_or_else(|| panic!("{one}")))]);
    }
}
