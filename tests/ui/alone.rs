//! What a change outside a migration has to state, and what it cannot.

use changeover::migration::Change;

fn converted() -> Change { changeover::rename_column!(orders.code => number: bigint, up = "code::bigint", down = "number::text") }
fn untyped() -> Change { changeover::rename_column!(users.username => display_name) }
fn unknown() -> Change { changeover::drop_column!(users.legacy) }
fn of_no_table() -> Change { changeover::drop_index!(users_email_idx) }
fn of_no_type() -> Change { changeover::set_default!(users.email, "x") }
fn of_no_query() -> Change { changeover::replace_view!(names, "select id from users") }
fn of_no_body() -> Change { changeover::replace_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end") }
fn of_no_policy() -> Change { changeover::enable_row_level_security!(users) }

fn main() {}
