//! What a change outside a migration has to state, and what it cannot.

use changeover::Change;

const CONVERTED: Change = changeover::rename_column!(orders.code => number: bigint, up = "code::bigint", down = "number::text");
const UNTYPED: Change = changeover::rename_column!(users.username => display_name);
const UNKNOWN: Change = changeover::drop_column!(users.legacy);
const OF_NO_TABLE: Change = changeover::drop_index!(users_email_idx);
const OF_NO_TYPE: Change = changeover::set_default!(users.email, "x");

fn main() {}
