//! A table of one side, and what of it can be compared with the other side's.

use super::super::reader::Reader;
use crate::outcome::error::Error;
use crate::session::shown::shown;
use crate::session::sql::{quote_identifier, quote_literal};
use crate::settings::verify::Verify;

/// A table with rows of its own, or a partitioned one with those of its partitions.
pub(super) struct Table {
    /// Quoted and schema-qualified.
    pub(super) name: String,
    /// What comes behind `from`.
    pub(super) from: String,
    columns: Vec<Column>,
    /// The columns of its primary key, or of the index that replication knows its rows by.
    key: Vec<String>,
}

/// A column of a table.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) is_enum: bool,
    /// Whether its values are ordered by a collation that is not bytewise.
    is_collated: bool,
}

/// A table of both sides.
pub(super) struct Pair {
    pub(super) here: Table,
    pub(super) there: Table,
}

const TABLES: &str = "
    select name, is_partitioned from (select pg_catalog.format('%I.%I', n.nspname, c.relname) as name,
      c.relkind = 'p' as is_partitioned
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'changeover')) t
    order by name collate \"C\"";

/// Its default collation is the database's.
const BYTEWISE: &str = "(select d.datcollate in ('C', 'POSIX')
      and coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') = 'c'
    from pg_catalog.pg_database d where d.datname = current_database())";

fn columns(table: &str) -> String {
    format!(
        "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         coalesce(b.typtype, t.typtype) = 'e', \
         a.attcollation <> 0 and not case when l.collname = 'default' then {BYTEWISE} \
         else l.collname in ('C', 'POSIX') end \
         from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid \
         left join pg_catalog.pg_type b on b.oid = t.typbasetype \
         left join pg_catalog.pg_collation l on l.oid = a.attcollation \
         where a.attrelid = {}::regclass and a.attnum > 0 and not a.attisdropped \
         order by a.attname collate \"C\"",
        quote_literal(table)
    )
}

fn key(table: &str) -> String {
    format!(
        "select a.attname from (select i.* from pg_catalog.pg_index i \
         where i.indrelid = {}::regclass and i.indisvalid and i.indpred is null \
         and i.indexprs is null and (i.indisprimary or i.indisreplident) \
         order by i.indisprimary desc limit 1) i \
         cross join lateral pg_catalog.unnest(i.indkey) with ordinality k (attnum, n) \
         join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum \
         where k.n <= i.indnkeyatts order by k.n",
        quote_literal(table)
    )
}

impl Table {
    pub(super) async fn all(reader: &mut Reader<'_>, verify: &Verify) -> Result<Vec<Table>, Error> {
        let rows = reader.own(TABLES).await?;
        let mut all = Vec::new();
        for row in rows.iter().filter(|row| verify.wants(row.text(0))) {
            let name = row.text(0).to_owned();
            let from = if row.is_true(1) { name.clone() } else { format!("only {name}") };
            let known = reader.own(&columns(&name)).await?;
            let columns = known.iter().map(|row| Column {
                name: row.text(0).to_owned(),
                ty: row.text(1).to_owned(),
                is_enum: row.is_true(2),
                is_collated: row.is_true(3),
            });
            let columns = columns.collect();
            let key = reader.own(&key(&name)).await?;
            let key = key.iter().map(|row| row.text(0).to_owned()).collect();
            all.push(Table { name, from, columns, key });
        }
        Ok(all)
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Pair {
    /// The columns that both have, in one order.
    pub(super) fn common(&self) -> impl Iterator<Item = &Column> {
        self.here.columns.iter().filter(|column| self.there.column(&column.name).is_some())
    }

    /// The key that tells rows apart on both sides; empty where there is none.
    pub(super) fn key(&self) -> impl Iterator<Item = &Column> {
        let both = self.here.key.iter().all(|name| self.there.column(name).is_some());
        let names = self.here.key.iter().filter(move |_| both);
        names.filter_map(|name| self.here.column(name))
    }

    pub(super) fn needs_collation(&self, column: &Column) -> bool {
        let other = self.there.column(&column.name);
        column.is_collated || other.is_some_and(|other| other.is_collated)
    }

    /// Tells whether the index of the key has its rows in the order that is the same on both sides.
    pub(super) fn is_in_order(&self) -> bool {
        self.key().all(|column| !column.is_enum && !self.needs_collation(column))
    }

    /// A number of 64 bits for each row, the same on every version and in every encoding: functions
    /// for hash indexes promise neither.
    pub(super) fn hash(&self) -> String {
        let columns: Vec<String> = self.common().map(|one| quote_identifier(&one.name)).collect();
        format!(
            "('x' || pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(\
             cast(row({}) as text), 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint",
            columns.join(", ")
        )
    }

    /// What is to be said of the table, whatever its rows are.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for (one, other, side) in
            [(&self.here, &self.there, "here"), (&self.there, &self.here, "there")]
        {
            let alone = one.columns.iter().filter(|column| other.column(&column.name).is_none());
            let alone: Vec<String> = alone.map(|one| format!("`{}`", shown(&one.name))).collect();
            if !alone.is_empty() {
                notes.push(format!("{} {side} alone, not compared", alone.join(", ")));
            }
        }
        if self.key().next().is_none() {
            let why = "it has no key, neither a primary one nor one of its replica identity: \
                       rows are counted and summed, and cannot be named";
            notes.push(why.to_owned());
        } else if !self.is_in_order() {
            let why = "its key is a text in an order that servers may not share, so that each range \
                       of 100 000 rows reads the whole table";
            notes.push(why.to_owned());
        }
        notes
    }
}
