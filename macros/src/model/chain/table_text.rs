//! A table as the text that it is kept as.

use syn::parse::Parser;

use crate::diag::Errors;
use crate::syntax::tables::table::Table;

/// Reads a table that a parent wrote; what is wrong in it was reported there.
pub(in crate::model) fn read_table(text: &str) -> Table {
    let mut errors = Errors::new();
    let table = (|input: syn::parse::ParseStream| Table::parse(input, &mut errors)).parse_str(text);
    errors.compile_errors();
    table.unwrap_or_else(|error| {
        panic!("changeover wrote a state that it cannot read ({error}), please report it: {text}")
    })
}
