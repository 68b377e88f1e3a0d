//! A table as text, with what it is found by.

use std::cell::OnceCell;

use crate::model::chain::table_shape::of_table;
use crate::model::chain::table_text::read_table;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::table::Table;

/// A table as text, read when it is first needed.
pub(in crate::model) struct Entry {
    pub(in crate::model) text: String,
    /// In quotes, which no name holds, the names of relations that are its own or its parts', a word
    /// if one of its constraints is not valid, and the tables that its keys point at; tabs between.
    pub(in crate::model) found_by: String,
    table: OnceCell<Table>,
    shape: OnceCell<u64>,
}

impl Entry {
    pub(in crate::model) fn new(table: Table) -> Self {
        let relations: Vec<&str> = table.relations().collect();
        let parents = table.constraints.iter().filter_map(Constraint::parent);
        let parents: Vec<String> = parents.map(ToString::to_string).collect();
        let is_unproved = table.constraints.iter().any(|item| item.terms.not_valid);
        let found_by = format!(
            "\"{}\"\t{}\t\"{}\"",
            relations.join("\""),
            if is_unproved { UNPROVED } else { "" },
            parents.join("\"")
        );
        Entry {
            text: table.to_string(),
            found_by,
            table: OnceCell::from(table),
            shape: OnceCell::new(),
        }
    }

    pub(in crate::model) fn unread(text: &str, shape: &str, found_by: &str) -> Self {
        let shape = u64::from_str_radix(shape, 16).map_or_else(|_| OnceCell::new(), OnceCell::from);
        let (text, found_by) = (text.to_owned(), found_by.to_owned());
        Entry { text, found_by, table: OnceCell::new(), shape }
    }

    /// Its shape, which goes along with the text so that a table is not read for it.
    pub(in crate::model) fn shape(&self) -> u64 {
        *self.shape.get_or_init(|| of_table(self.read()))
    }

    pub(in crate::model) fn read(&self) -> &Table {
        self.table.get_or_init(|| {
            #[cfg(test)]
            READ.set(READ.get() + 1);
            read_table(&self.text)
        })
    }
}

/// The word of a table that has a constraint which is not valid.
pub(in crate::model) const UNPROVED: &str = "not_valid";

#[cfg(test)]
thread_local! {
    /// How many tables were read.
    pub(crate) static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
