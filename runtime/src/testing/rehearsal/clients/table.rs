//! A table as a build of the service knows it, read from the catalogs.

use tokio_postgres::{Client, Row};

use crate::session::executor::SqlError;
use crate::session::sql::quote_identifier;

/// A column that a build knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) number: i16,
    pub(crate) name: String,
    /// The type that values have: a domain's own.
    pub(super) ty: String,
    pub(super) category: String,
    /// The first label of an enum.
    pub(super) label: Option<String>,
    /// The most characters of a `varchar(n)`.
    pub(super) longest: Option<usize>,
    pub(super) not_null: bool,
    pub(super) given: Given,
    /// Whether it refers to another table.
    pub(super) refers: bool,
}

/// Who gives a column its value in a new row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Clients,
    /// The server, where clients do not.
    Default,
    /// The server alone, on updates too.
    Server,
}

/// A table that a build uses.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) oid: u32,
    /// Quoted and schema-qualified.
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The columns that tell a row from every other, none of them null.
    pub(crate) key: Vec<i16>,
    /// The columns of each unique index or constraint; of an index on expressions all that these name.
    pub(super) unique: Vec<Vec<i16>>,
    /// Whether a constraint compares rows by other operators than equality.
    pub(super) excludes: bool,
}

/// Numbers are cast because a domain's are its base type's.
const COLUMNS: &str = r"
    select c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
        a.attnum, a.attname::text, b.typname::text, b.typcategory::text,
        (select e.enumlabel::text from pg_catalog.pg_enum e where e.enumtypid = b.oid
            order by e.enumsortorder limit 1),
        case when b.typname in ('varchar', 'bpchar') then
            nullif(greatest(case when t.typtype = 'd' then t.typtypmod else a.atttypmod end, 0), 0) - 4
        end,
        a.attnotnull or t.typnotnull, a.atthasdef or t.typdefault is not null,
        a.attidentity = 'a' or a.attgenerated <> '', a.attidentity <> '',
        exists (select from pg_catalog.pg_constraint f
            where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)),
        asked.name
    from unnest($1::text[]) with ordinality as asked (name, place)
    join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(asked.name)
        and c.relkind in ('r', 'p')
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    order by asked.place, a.attnum";

const INDEXES: &str = r"
    select i.indrelid, i.indisprimary, i.indisexclusion,
        i.indexprs is null and i.indpred is null and i.indimmediate and i.indisvalid,
        array(select k.number from unnest(i.indkey::int2[]) with ordinality as k (number, place)
            where k.place <= i.indnkeyatts and k.number > 0),
        array(select distinct d.refobjsubid::int2 from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid
            and d.refobjid = i.indrelid and d.refobjsubid > 0)
    from pg_catalog.pg_index i
    where i.indrelid = any ($1) and (i.indisunique or i.indisexclusion)
    order by i.indisprimary desc, i.indnkeyatts, i.indexrelid";

/// Reads these tables; a name that is none of a table is passed over. `is_known` tells which columns the
/// build knows.
pub(crate) async fn read(
    db: &Client,
    names: &[String],
    is_known: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Table>, SqlError> {
    let mut tables: Vec<Table> = Vec::new();
    for row in db.query(COLUMNS, &[&names]).await? {
        let (oid, asked, column): (u32, String, String) = (row.get(0), row.get(13), row.get(3));
        if tables.last().is_none_or(|last| last.oid != oid) {
            tables.push(Table {
                oid,
                name: asked.clone(),
                columns: Vec::new(),
                key: Vec::new(),
                unique: Vec::new(),
                excludes: false,
            });
        }
        if let (Some(last), true) = (tables.last_mut(), is_known(&asked, &column)) {
            last.columns.push(column_of(&row));
        }
    }
    let oids: Vec<u32> = tables.iter().map(|table| table.oid).collect();
    for row in db.query(INDEXES, &[&oids]).await? {
        let oid: u32 = row.get(0);
        if let Some(table) = tables.iter_mut().find(|table| table.oid == oid) {
            note_index(table, &row);
        }
    }
    Ok(tables)
}

fn column_of(row: &Row) -> Column {
    let given = match (row.get(10), row.get::<_, bool>(9) || row.get::<_, bool>(11)) {
        (true, _) => Given::Server,
        (false, true) => Given::Default,
        (false, false) => Given::Clients,
    };
    Column {
        number: row.get(2),
        name: row.get(3),
        ty: row.get(4),
        category: row.get(5),
        label: row.get(6),
        longest: row.get::<_, Option<i32>>(7).and_then(|longest| usize::try_from(longest).ok()),
        not_null: row.get(8),
        given,
        refers: row.get(12),
    }
}

fn note_index(table: &mut Table, row: &Row) {
    let (is_exclusion, is_plain): (bool, bool) = (row.get(2), row.get(3));
    let (keys, named): (Vec<i16>, Vec<i16>) = (row.get(4), row.get(5));
    table.excludes |= is_exclusion;
    if is_exclusion {
        return;
    }
    let known = |number: &i16| table.column(*number).is_some_and(|column| column.not_null);
    if table.key.is_empty() && is_plain && !keys.is_empty() && keys.iter().all(known) {
        table.key.clone_from(&keys);
    }
    table.unique.push(if is_plain { keys } else { [keys, named].concat() });
}

impl Table {
    pub(super) fn column(&self, number: i16) -> Option<&Column> {
        self.columns.iter().find(|column| column.number == number)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|number| self.column(*number))
    }

    /// A row's key as one text, of the table under this alias.
    pub(crate) fn key_text(&self, alias: &str) -> String {
        let keys = self.keys().map(|key| format!("{alias}.{}::text", key.quoted()));
        keys.collect::<Vec<_>>().join(" || e'\\x1f' || ")
    }

    /// Those that an update may write: neither the key nor another unique column.
    pub(super) fn updatable(&self) -> Vec<&Column> {
        let is_free = |column: &&Column| {
            let is_unique = self.unique.iter().any(|all| all.contains(&column.number));
            !column.is_servers() && !is_unique && !self.key.contains(&column.number)
        };
        self.columns.iter().filter(is_free).collect()
    }
}

impl Column {
    /// Tells whether clients cannot write it.
    pub(super) fn is_servers(&self) -> bool {
        self.given == Given::Server
    }

    pub(crate) fn quoted(&self) -> String {
        quote_identifier(&self.name)
    }
}
