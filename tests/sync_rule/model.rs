//! The truth table of the sync rule, as plain code: the old shape `o`, the new shape `n`, each of one
//! column or of several.

use changeover::migration::Migrations;

/// A value as PostgreSQL's text of it, or NULL.
pub(crate) type Value = Option<String>;

/// How `o` and `n` belong together.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) plan: &'static Migrations,
    pub(crate) old: &'static [Column],
    pub(crate) new: &'static [Column],
    pub(crate) up: fn(&[Value]) -> Vec<Value>,
    pub(crate) down: fn(&[Value]) -> Vec<Value>,
    /// With the user's own expressions a hidden flag tells the rows that were never filled, for
    /// their NULL may be meant.
    pub(crate) flagged: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// The values that writers choose from.
    pub(crate) values: &'static [Option<&'static str>],
    pub(crate) default: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) o: Vec<Value>,
    pub(crate) n: Vec<Value>,
    /// Never filled, by the flag; means nothing where there is none.
    pub(crate) flag: bool,
}

/// What a statement writes, column by column; none is a column that it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) o: Vec<Option<Value>>,
    pub(crate) n: Vec<Option<Value>>,
}

impl Rule {
    /// A row from before the expansion.
    pub(crate) fn unfilled(&self, o: Vec<Value>) -> Row {
        Row { o, n: vec![None; self.new.len()], flag: true }
    }

    fn defaults(&self) -> (Vec<Value>, Vec<Value>) {
        let own = |column: &Column| column.default.map(str::to_owned);
        let o: Vec<Value> = self.old.iter().map(own).collect();
        let made = if o.contains(&None) { vec![None; self.new.len()] } else { (self.up)(&o) };
        let n = self.new.iter().zip(made).map(|(column, made)| own(column).or(made)).collect();
        (o, n)
    }

    pub(crate) fn insert(&self, written: &Written) -> Row {
        let defaults = self.defaults();
        let (o, n) = (written_over(&defaults.0, &written.o), written_over(&defaults.1, &written.n));
        let mut row = Row { o, n, flag: true };
        let given = (row.o != defaults.0, row.n != defaults.1);
        self.settle(&mut row, given);
        row
    }

    pub(crate) fn update(&self, old: &Row, written: &Written) -> Row {
        let mut row = Row {
            o: written_over(&old.o, &written.o),
            n: written_over(&old.n, &written.n),
            flag: old.flag,
        };
        let given = (row.o != old.o, row.n != old.n);
        if given.1 && self.never_filled(old) {
            // What a writer of one new column leaves out is not the NULL that it saw.
            let columns = row.n.iter_mut().zip(&old.n).zip((self.up)(&row.o));
            for ((now, _), made) in columns.filter(|((now, before), _)| *now == *before) {
                *now = made;
            }
        }
        self.settle(&mut row, given);
        row
    }

    /// `insert … on conflict do update set … = excluded.…`: `excluded` is what the insert's
    /// triggers made of the row.
    pub(crate) fn upsert(&self, old: &Row, written: &Written) -> Row {
        let excluded = self.insert(written);
        let set = |written: &[Option<Value>], excluded: Vec<Value>| {
            written.iter().zip(excluded).map(|(one, value)| one.as_ref().map(|_| value)).collect()
        };
        let written = Written { o: set(&written.o, excluded.o), n: set(&written.n, excluded.n) };
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
        if self.flagged { row.flag } else { row.n == [None] && row.o != [None] }
    }
}

fn written_over(values: &[Value], written: &[Option<Value>]) -> Vec<Value> {
    let over =
        |(value, written): (&Value, &Option<Value>)| written.as_ref().unwrap_or(value).clone();
    values.iter().zip(written).map(over).collect()
}
