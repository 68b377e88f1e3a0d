//! What a change outside a migration has to state, and what it cannot.

use changeover::migration::Change;

const CONVERTED: Change = changeover::rename_column!(orders.code => number: bigint, up = "code::bigint", down = "number::text");
const UNTYPED: Change = changeover::rename_column!(users.username => display_name);
const UNKNOWN: Change = changeover::drop_column!(users.legacy);
const OF_NO_TABLE: Change = changeover::drop_index!(users_email_idx);
const OF_NO_TYPE: Change = changeover::set_default!(users.email, "x");
const OF_NO_QUERY: Change = changeover::replace_view!(names, "select id from users");
const OF_NO_BODY: Change = changeover::replace_function!(touch() returns trigger, language = plpgsql, body = "begin return new; end");
const OF_NO_POLICY: Change = changeover::enable_row_level_security!(users);

fn main() {}
