//! The truth table of DESIGN §5, as plain code: the old column `o`, the new column `n`.

use changeover::migration::Migrations;

/// A value as PostgreSQL's text of it, or NULL.
pub(crate) type Value = Option<String>;

/// How `o` and `n` belong together.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) plan: &'static Migrations,
    /// The values that writers choose from.
    pub(crate) old_values: &'static [Option<&'static str>],
    pub(crate) new_values: &'static [Option<&'static str>],
    pub(crate) default: Option<&'static str>,
    pub(crate) up: fn(&Value) -> Value,
    pub(crate) down: fn(&Value) -> Value,
    /// With the user's own expressions a hidden flag tells the rows that were never filled, for
    /// their NULL may be meant.
    pub(crate) flagged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) o: Value,
    pub(crate) n: Value,
    /// Never filled, by the flag; means nothing where there is none.
    pub(crate) flag: bool,
}

/// What a statement writes; none is a column that it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) o: Option<Value>,
    pub(crate) n: Option<Value>,
}

impl Rule {
    /// A row from before the expansion.
    pub(crate) fn unfilled(o: Value) -> Row {
        Row { o, n: None, flag: true }
    }

    pub(crate) fn insert(&self, written: &Written) -> Row {
        let default_o: Value = self.default.map(str::to_owned);
        let default_n = (self.up)(&default_o);
        let mut row = Row {
            o: written.o.clone().unwrap_or_else(|| default_o.clone()),
            n: written.n.clone().unwrap_or_else(|| default_n.clone()),
            flag: true,
        };
        let given = (row.o != default_o, row.n != default_n);
        self.settle(&mut row, given);
        row
    }

    pub(crate) fn update(&self, old: &Row, written: &Written) -> Row {
        let mut row = old.clone();
        if let Some(o) = &written.o {
            row.o.clone_from(o);
        }
        if let Some(n) = &written.n {
            row.n.clone_from(n);
        }
        let given = (row.o != old.o, row.n != old.n);
        self.settle(&mut row, given);
        row
    }

    /// `insert … on conflict do update set … = excluded.…`: `excluded` is what the insert's
    /// triggers made of the row.
    pub(crate) fn upsert(&self, old: &Row, written: &Written) -> Row {
        let excluded = self.insert(written);
        let written = Written {
            o: written.o.as_ref().map(|_| excluded.o),
            n: written.n.as_ref().map(|_| excluded.n),
        };
        self.update(old, &written)
    }

    pub(crate) fn backfill(&self, row: &mut Row) {
        if self.never_filled(row) {
            row.n = (self.up)(&row.o);
        }
        row.flag = false;
    }

    fn settle(&self, row: &mut Row, given: (bool, bool)) {
        match given {
            (false, true) => row.o = (self.down)(&row.n),
            (true, false) => row.n = (self.up)(&row.o),
            (false, false) if self.never_filled(row) => row.n = (self.up)(&row.o),
            (true, true) | (false, false) => {}
        }
        row.flag = false;
    }

    pub(crate) fn never_filled(&self, row: &Row) -> bool {
        if self.flagged { row.flag } else { row.n.is_none() && row.o.is_some() }
    }
}
