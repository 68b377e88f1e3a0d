//! A typo in every position of every macro: each is an error on the very token that is wrong.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::diag::Errors;
use crate::migration::Migration;
use crate::model::Schema;
use crate::{check, diag};

/// What the samples build on.
pub(crate) const BASE: &str = r#"
create_table!(customers { id: bigint identity primary_key, name: text not_null, number: bigint not_null unique, shout: text generated("upper(name)") statistics(50), comment("c") });
create_table!(users {
    id: bigint identity primary_key,
    username: text not_null,
    email: text,
    code: text,
    legacy: text not_null default "x",
    index(email),
});
create_table!(events { id: bigint check("id > 0"), room: int4range, at: timestamptz });
create_view!(members, "select id, name from customers");
create_materialized_view!(lengths, "select id, length(name) as length from customers", unique(id, name = lengths_key), index(length));
create_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
create_function!(shout(name: text) returns text, language = sql, immutable, body = "select upper(name)");
create_trigger!(touched on customers, before(update), function = touch);
create_table!(secrets { id: bigint identity primary_key });
create_policy!(every on secrets, using = "true");
create_policy!(other on secrets, using = "true");
enable_row_level_security!(secrets);
create_table!(letters { id: bigint identity primary_key });
create_table!(notes { id: bigint primary_key, at: timestamptz });
create_policy!(of_letters on letters, using = "true");
grant!(select, insert on customers to "pg_monitor");
create_table!(unlogged drafts { id: bigint primary_key, body: text, with(fillfactor = 90) });
create_table!(visits {
    id: bigint not_null,
    at: date not_null,
    page: text,
    customer_id: bigint references(customers.id),
    primary_key(id, at),
    index(customer_id),
    index(page),
    partition_by(range(at)),
});
create_partition!(visits_1 of visits, from("2020-01-01") to("2021-01-01"));
create_table!(kept { at: timestamptz not_null, partition_by(range(at)) });
keep_partitions!(kept, weekly, ahead = 2);
create_table!(spare {
    id: bigint not_null,
    at: date not_null,
    page: text,
    customer_id: bigint,
    foreign_key(customer_id => customers.id),
    primary_key(id, at),
    index(customer_id),
});
create_schema!(empty);
create_enum!(mood { happy, sad });
create_enum!(unused { one, two });
create_table!(days { id: bigint primary_key, mood: mood, moods: mood[], now: mood not_null });
create_domain!(email: text);
create_table!(rooms { id: bigint primary_key, beds: bigint, check("beds > 0", not_valid, name = has_beds) });
create_sequence!(numbers);
create_extension!(citext);
"#;

/// Each operation with all that it takes. A word that a user is free to choose ends in `_`, and
/// is not spoilt: any other would do as well.
pub(crate) const SAMPLES: &[&str] = &[
    r#"create_table!(orders_ { id_: bigint identity(always, min_value = 1, max_value = 99, cache = 2, cycle = true) primary_key, total_: numeric(12, 2) not_null(name = n_) default 0 check("id_ > 0"), customer_: bigint references(customers.id, on_delete = cascade), tags_: text[] collate("C") comment("c"), unique(total_, customer_), check("true", name = c_), foreign_key(id_ => customers.id, on_update = cascade, name = f_), index((total_ desc, id_ asc), unique, where = "true", using = btree, include(tags_), name = i_) });"#,
    "drop_table!(users);",
    "rename_table!(users => accounts_);",
    "set_storage_parameters!(users, fillfactor = 70, toast.autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.01, parallel_workers = default);",
    "set_replica_identity!(users, full);",
    r#"set_unlogged!(users, direct(max_rows = 10_000, reason = "r"));"#,
    r#"set_logged!(drafts, direct(max_rows = 10_000, reason = "r"));"#,
    r#"create_partition!(visits_2_ of visits, from("2021-01-01") to("2022-01-01"));"#,
    "create_partition!(visits_rest_ of visits, default);",
    r#"attach_partition!(spare of visits, from("2019-01-01") to("2020-01-01"));"#,
    "detach_partition!(visits_1 of visits);",
    r#"partition_table!(spare, by range(at), spare_before_ to("2027-01-01"));"#,
    r#"keep_partitions!(visits, monthly, ahead = 3, keep = "13 months", behind = drop);"#,
    "keep_partitions!(kept, none);",
    r#"create_table!(split_ { kind_: text not_null, partition_by(list(kind_ collate("C") text_ops)) });"#,
    r#"add_column!(users.plan_: varchar(20) not_null default "free");"#,
    r#"add_column!(users.token_: uuid not_null unique default sql("gen_random_uuid()"));"#,
    r#"add_column!(users.region_: text not_null, fill = "email");"#,
    "rename_column!(users.username => display_name_, key = id);",
    r#"rename_column!(users.code => number_: bigint, up = "code::bigint", down = "number_::text");"#,
    r#"split_column!(users.code => { head_: text not_null default "" = "left(code, 1)", tail_: text = "right(code, 1)" }, down = "head_ || tail_");"#,
    r#"merge_columns!(users { username = "left(both_, 1)", code = "right(both_, 1)" } => both_: text not_null, up = "username || code");"#,
    r#"drop_column!(users.legacy, fill = "'x'");"#,
    r#"change_type!(users.code: bigint default 7, up = "code::bigint", down = "code::text");"#,
    r#"change_type!(events.at: timestamp, zone = "UTC", allow(timestamp_without_time_zone, reason = "sent so"));"#,
    r#"change_type!(users.email: varchar collate("C"));"#,
    r#"set_not_null!(users.email, fill = "''");"#,
    "add_column!(users.number_: bigint identity(always, start = 1000, increment = 10));",
    "add_identity!(customers.number, always, increment = 2);",
    "drop_identity!(customers.id);",
    r#"add_generated_column!(users.shout_: text not_null = "upper(username)", stored);"#,
    "drop_generated!(customers.shout);",
    "drop_not_null!(users.username);",
    r#"drop_not_null!(users.username, fill = "'none'");"#,
    r#"set_default!(users.email, "none");"#,
    r#"set_comment!(table users, "c");"#,
    r#"set_comment!(column users.email, "c");"#,
    "set_comment!(column customers.name, none);",
    "set_statistics!(users.code, 500);",
    "set_storage!(users.email, external);",
    "set_compression!(users.username, pglz);",
    "drop_default!(users.legacy);",
    r#"add_index!(users(username, sql("lower(email)") desc), unique, where = "true", using = btree, include(email), name = n_);"#,
    r#"add_index!(users(username collate("C") text_pattern_ops asc nulls_first, email desc nulls_last), unique, nulls_not_distinct, with(fillfactor = 70, deduplicate_items = false), tablespace = "pg_default");"#,
    r#"add_index!(users(sql("to_tsvector('simple', email)") tsvector_ops(siglen = 32)), using = gist, with(buffering = "auto"), name = m_);"#,
    r#"add_index!(users(username collate("C") text_pattern_ops asc nulls_first, email desc nulls_last), unique, nulls_not_distinct, with(fillfactor = 70, deduplicate_items = false), name = wide_);"#,
    "add_index!(users(username text_bloom_ops(false_positive_rate = 0.05)), using = brin, with(pages_per_range = 16), name = m_);",
    "drop_index!(users_email_idx);",
    "rebuild_index!(users_email_idx);",
    "rename_index!(users_email_idx => by_email_);",
    r#"replace_index!(users_email_idx => users(email collate("C") desc, username), where = "true", with(fillfactor = 80));"#,
    r#"create_view!(named_(id_, name_), "select id, username from users", security_barrier, security_invoker, check_option = local);"#,
    r#"replace_view!(members, "select id, name, name as alias from customers", security_barrier);"#,
    "drop_view!(members);",
    r#"create_materialized_view!(counts_(day_, users_), "select id, count(*) from users group by 1", unique("day_", name = n_), index((users_ desc), where = "true", name = m_));"#,
    "add_index!(lengths(length, id), unique);",
    "drop_index!(lengths_length_idx);",
    "rename_index!(lengths_key => l_);",
    "replace_index!(lengths_key => lengths(id, length), unique);",
    "refresh_materialized_view!(lengths);",
    "drop_materialized_view!(lengths);",
    r#"create_function!(totals_(a_: bigint, b_: date default "2020-01-01") returns table(c_: text, d_: text[]), language = "plpgsql", stable, strict, security_definer, parallel_safe, search_path = "empty", body = "begin return; end");"#,
    r#"replace_function!(shout(name: text) returns text, language = "plpgsql", immutable, search_path = caller, body = "begin return upper(name); end");"#,
    "drop_function!(shout(text));",
    r#"create_trigger!(stamp_ on customers, before(insert, update(name)), each = row, when = "new.id > 0", function = touch, args("x"));"#,
    "replace_trigger!(touched on customers, after(delete), each = statement, old_table = gone_, function = touch);",
    "drop_trigger!(touched on customers);",
    r#"create_policy!(own_ on secrets, restrictive, for = update, to("pg_monitor"), using = "id > 0", with_check = "true");"#,
    r#"replace_policy!(every on secrets, for = select, using = "id > 0");"#,
    "drop_policy!(other on secrets);",
    "enable_row_level_security!(letters, force);",
    "disable_row_level_security!(secrets);",
    r#"grant!(delete, update(id, name) on customers to "pg_monitor");"#,
    r#"grant!(execute on function shout(text) to "pg_monitor");"#,
    r#"revoke!(insert on customers from "pg_monitor");"#,
    "add_foreign_key!(customers.id => users.id, on_delete = cascade, on_update = cascade, match = full, deferrable, initially_deferred, name = f_);",
    "validate_constraint!(rooms.has_beds);",
    "drop_constraint!(rooms.has_beds);",
    "drop_constraint!(events.events_id_check);",
    "drop_constraint!(users.users_pkey);",
    "rename_constraint!(events.events_id_check => r_);",
    "rename_constraint!(users.users_pkey => r_);",
    r#"add_exclusion!(events(room range_ops with "&&"), using = gist, where = "id > 1", deferrable, initially_deferred, name = x_, direct(max_rows = 10000, reason = "r"));"#,
    "change_primary_key!(users(username, id), include(email), name = k_);",
    "add_primary_key!(events(id), include(at), deferrable, initially_deferred, name = p_);",
    "add_unique!(users(username), include(email), deferrable, initially_deferred, name = u_);",
    r#"sql!(up = "create statistics users_words (dependencies) on legacy, email from users", undo = "drop statistics users_words", phase = expand, reason = "r", locks(users = share_update_exclusive));"#,
    r#"sql!(up = "update users set legacy = legacy", undo = none, phase = migrate, reason = "r", allow(update, reason = "a"));"#,
    r#"add_check!(users, "email <> ''", no_inherit, name = c_);"#,
    r#"add_check!(users, "email <> ''", not_valid);"#,
    "add_foreign_key!(events.id => customers.id, not_valid);",
    r#"add_check!(users, "code <> ''", fill(code = "null", legacy = "code"));"#,
    r#"add_foreign_key!(events.id => customers.id, fill = "null");"#,
    "create_schema!(billing_);",
    "drop_schema!(empty);",
    r#"create_enum!(status_ { pending_, "in transit" });"#,
    r#"add_column!(users.mood_: mood default "sad");"#,
    "add_enum_value!(mood.calm_, after = happy);",
    "add_enum_value!(mood.calm_, before = sad);",
    r#"backfill!(users { email = "username", code = "'c'" }, where = "email is null", once);"#,
    r#"backfill!(users.email = "username || '@example.org'");"#,
    r#"delete_rows!(events, where = "id > 5");"#,
    "compact_table!(users, least = 30, truncate = false, fire_triggers);",
    "reindex_table!(users);",
    r#"move_rows!(letters => notes, where = "id > 5", append);"#,
    "drop_enum!(unused);",
    "rename_enum_value!(mood.sad => calm_);",
    "drop_enum_value!(mood.sad, replace_by = happy);",
    r#"create_domain!(rank_: text not_null default "x" check("value <> ''") collate("C") comment("c"));"#,
    r#"change_domain!(email, default = "x");"#,
    "change_domain!(email, default = none);",
    "drop_domain!(email);",
    r#"create_extension!("hstore", schema = "empty", version = "1.8");"#,
    "drop_extension!(citext);",
    "create_sequence!(tickets_, as = integer, increment = 2, min_value = 1, max_value = 99, start = 3, cache = 5, cycle = true, owned_by = users.id);",
    "change_sequence!(numbers, increment = 2, max_value = 99, restart = 5, owned_by = none);",
    "drop_sequence!(numbers);",
];

/// What only the server knows: operator classes and their parameters.
const SERVERS: &[&str] = &["tsvector_ops", "siglen"];

fn errors_of(sample: &TokenStream) -> Vec<(Span, String)> {
    let errors = &mut Errors::new();
    let base = Migration::parse_all(tokens(BASE), Schema::default(), errors);
    assert_eq!(errors.count(), 0, "the base is right");
    let migration = Migration::parse_all(sample.clone(), base.schema, errors);
    check::all(&migration, errors);
    errors.take()
}

/// Tells whether the compiler has to take the word on trust.
fn is_free(word: &str) -> bool {
    word.ends_with('_') || SERVERS.contains(&word)
}

pub(crate) fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The words of a sample, by their place in the text.
fn words(tokens: TokenStream, found: &mut Vec<(std::ops::Range<usize>, String)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(word) => found.push((word.span().byte_range(), word.to_string())),
            _ => {}
        }
    }
}

#[test]
fn the_samples_are_right() {
    for sample in SAMPLES {
        let errors: Vec<String> =
            errors_of(&tokens(sample)).into_iter().map(|(_, text)| text).collect();
        assert!(errors.is_empty(), "{sample}: {errors:?}");
    }
}

#[test]
fn a_misspelt_word_is_reported_where_it_stands() {
    let mut checked = 0;
    for sample in SAMPLES {
        let mut found = Vec::new();
        words(tokens(sample), &mut found);
        let first = found[0].0.start;
        for (range, word) in found.into_iter().filter(|(_, word)| !is_free(word)) {
            let at = range.start - first;
            let spoilt = format!("{}{word}zq{}", &sample[..at], &sample[at + word.len()..]);
            let stream = tokens(&spoilt);
            let start =
                stream.clone().into_iter().next().map_or(0, |t| t.span().byte_range().start);
            let reported = errors_of(&stream);
            let there = |span: &Span| span.byte_range().start == start + at;
            assert!(
                reported.iter().any(|(span, _)| there(span)),
                "`{word}zq` in {spoilt}\ngave {:?}",
                reported.iter().map(|(s, t)| (s.byte_range(), t)).collect::<Vec<_>>()
            );
            checked += 1;
        }
    }
    assert!(checked > 90, "only {checked} words were spoilt");
}

#[test]
fn a_missing_token_is_an_error_and_no_panic() {
    for sample in SAMPLES {
        let whole: Vec<TokenTree> = tokens(sample).into_iter().collect();
        let Some(TokenTree::Group(argument)) = whole.get(2) else { panic!("{sample}") };
        for without in missing_one(&argument.stream()) {
            let group = proc_macro2::Group::new(argument.delimiter(), without);
            let mut spoilt = whole.clone();
            spoilt[2] = TokenTree::Group(group);
            errors_of(&spoilt.into_iter().collect());
        }
    }
    assert_eq!(diag::nearest("", &["text"]), None);
}

/// Every stream that lacks one token of this one, those inside groups included.
fn missing_one(stream: &TokenStream) -> Vec<TokenStream> {
    let all: Vec<TokenTree> = stream.clone().into_iter().collect();
    let mut found = Vec::new();
    for at in 0..all.len() {
        let mut without = all.clone();
        without.remove(at);
        found.push(without.into_iter().collect());
        let TokenTree::Group(group) = &all[at] else { continue };
        for inner in missing_one(&group.stream()) {
            let mut with = all.clone();
            with[at] = TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner));
            found.push(with.into_iter().collect());
        }
    }
    found
}
