//! What one build of the service does to the database, as SQL.

/// A value as a client wrote it: PostgreSQL's own text of it, or NULL.
pub type Value = Option<String>;

/// How one build of the service reads and writes a row.
///
/// In every statement `$1` is the row's key and `$2` the value. What is not given is derived from
/// the table and the columns, so most operations need one line:
///
/// ```text
/// Client::of("users").writes("display_name")
/// Client::of("users").writes("username").writes("display_name")                  // dual
/// Client::of("orders").writes_as("code", "$2::text::integer").values(|n| n.to_string())
/// ```
///
/// The value is what `read` gives back as text, so it must be one that survives the change in
/// both directions.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) table: &'static str,
    pub(crate) rows: &'static str,
    key: &'static str,
    pub(crate) slot: &'static str,
    columns: Vec<(&'static str, &'static str)>,
    extras: Vec<(&'static str, &'static str)>,
    insert: Option<&'static str>,
    update: Option<&'static str>,
    upsert: Option<&'static str>,
    read: Option<&'static str>,
    unrelated: Option<&'static str>,
    inserts: bool,
    deletes: bool,
    pub(crate) nullable: bool,
    pub(crate) value: fn(u64) -> String,
    pub(crate) connections: usize,
    pub(crate) role: Option<&'static str>,
}

impl Client {
    /// A client of this table, whose key is the column `id`.
    #[must_use]
    pub fn of(table: &'static str) -> Self {
        Client {
            table,
            rows: table,
            key: "id",
            slot: "value",
            columns: Vec::new(),
            extras: Vec::new(),
            insert: None,
            update: None,
            upsert: None,
            read: None,
            unrelated: None,
            inserts: true,
            deletes: true,
            nullable: false,
            value: |n| format!("v{n}"),
            connections: 2,
            role: None,
        }
    }

    /// Keeps the value in this column; the first such column is the one it reads.
    #[must_use]
    pub fn writes(self, column: &'static str) -> Self {
        self.writes_as(column, "$2")
    }

    /// Keeps in this column what the expression makes of `$2`. Where `$2` goes to columns of
    /// different types, cast it, or PostgreSQL cannot tell the parameter's type.
    #[must_use]
    pub fn writes_as(mut self, column: &'static str, expression: &'static str) -> Self {
        self.columns.push((column, expression));
        self
    }

    /// Gives another column this expression in each insert.
    #[must_use]
    pub fn also(mut self, column: &'static str, expression: &'static str) -> Self {
        self.extras.push((column, expression));
        self
    }

    /// The key column, an integer of any size.
    #[must_use]
    pub fn key(mut self, column: &'static str) -> Self {
        self.key = column;
        self
    }

    /// The table whose rows these are, where the table had another name.
    #[must_use]
    pub fn rows_of(mut self, table: &'static str) -> Self {
        self.rows = table;
        self
    }

    /// The value of a row that it writes, where old and new builds write values that have nothing
    /// to do with each other; each slot of a row is accounted for by itself.
    #[must_use]
    pub fn slot(mut self, slot: &'static str) -> Self {
        self.slot = slot;
        self
    }

    /// Makes the n-th value; values are written as text, whatever the column's type.
    #[must_use]
    pub fn values(mut self, value: fn(u64) -> String) -> Self {
        self.value = value;
        self
    }

    /// Writes an explicit NULL now and then.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Replaces the derived insert.
    #[must_use]
    pub fn insert(mut self, sql: &'static str) -> Self {
        self.insert = Some(sql);
        self
    }

    /// Replaces the derived update.
    #[must_use]
    pub fn update(mut self, sql: &'static str) -> Self {
        self.update = Some(sql);
        self
    }

    /// Replaces the derived `insert … on conflict (key) do update`.
    #[must_use]
    pub fn upsert(mut self, sql: &'static str) -> Self {
        self.upsert = Some(sql);
        self
    }

    /// Replaces the derived read: one row with one column, the value.
    #[must_use]
    pub fn read(mut self, sql: &'static str) -> Self {
        self.read = Some(sql);
        self
    }

    /// Adds an update of the row (`$1`) that leaves the value alone.
    #[must_use]
    pub fn unrelated(mut self, sql: &'static str) -> Self {
        self.unrelated = Some(sql);
        self
    }

    /// Neither inserts nor deletes rows.
    #[must_use]
    pub fn only_updates(mut self) -> Self {
        self.inserts = false;
        self.deletes = false;
        self
    }

    /// Never deletes rows, for tables that others refer to.
    #[must_use]
    pub fn without_deletes(mut self) -> Self {
        self.deletes = false;
        self
    }

    /// Connects as this role, whose rights and rows are not the superuser's. Roles belong to the
    /// whole server: one of PostgreSQL's own, such as `pg_monitor`, needs neither making nor
    /// clearing away.
    #[must_use]
    pub fn as_role(mut self, role: &'static str) -> Self {
        self.role = Some(role);
        self
    }

    /// Sets how many connections run it; 2 unless told.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }
}

/// Something that a client does to one row in one short transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Insert,
    Upsert,
    Update,
    UpdateRolledBack,
    Unrelated,
    Delete,
    Read,
}

impl Client {
    /// Returns what it does, with the SQL; an action that stands there twice is done twice as
    /// often.
    pub(crate) fn actions(&self) -> Vec<(Action, String)> {
        let mut actions = vec![
            (Action::Read, self.read_one()),
            (Action::Read, self.read_one()),
            (Action::Update, self.update_sql()),
            (Action::Update, self.update_sql()),
            (Action::UpdateRolledBack, self.update_sql()),
        ];
        if self.inserts {
            actions.push((Action::Insert, self.insert_sql()));
            actions.push((Action::Insert, self.insert_sql()));
            actions.push((Action::Upsert, self.upsert_sql()));
        }
        if self.deletes {
            actions.push((Action::Delete, self.delete_sql()));
        }
        if let Some(sql) = self.unrelated {
            actions.push((Action::Unrelated, sql.to_owned()));
        }
        actions
    }

    fn insert_sql(&self) -> String {
        if let Some(sql) = self.insert {
            return sql.to_owned();
        }
        let (mut columns, mut values) = (vec![self.key], vec!["$1"]);
        for (column, expression) in self.columns.iter().chain(&self.extras) {
            columns.push(column);
            values.push(expression);
        }
        // `overriding` lets the client choose the key of an identity column, which is how it
        // knows what it inserted even when the acknowledgement is lost.
        format!(
            "insert into {} ({}) overriding system value values ({})",
            self.table,
            columns.join(", "),
            values.join(", ")
        )
    }

    fn upsert_sql(&self) -> String {
        if let Some(sql) = self.upsert {
            return sql.to_owned();
        }
        let set: Vec<_> = self
            .columns
            .iter()
            .map(|(column, _)| format!("{column} = excluded.{column}"))
            .collect();
        format!("{} on conflict ({}) do update set {}", self.insert_sql(), self.key, set.join(", "))
    }

    fn update_sql(&self) -> String {
        if let Some(sql) = self.update {
            return sql.to_owned();
        }
        let set: Vec<_> = self
            .columns
            .iter()
            .map(|(column, expression)| format!("{column} = {expression}"))
            .collect();
        format!("update {} set {} where {} = $1", self.table, set.join(", "), self.key)
    }

    fn delete_sql(&self) -> String {
        format!("delete from {} where {} = $1", self.table, self.key)
    }

    fn read_sql(&self) -> String {
        if let Some(sql) = self.read {
            return sql.to_owned();
        }
        let column = self.columns.first().map_or("null", |(column, _)| column);
        format!("select {column} from {} where {} = $1", self.table, self.key)
    }

    pub(crate) fn read_one(&self) -> String {
        format!("select q.v::text from ({}) as q(v)", self.read_sql())
    }

    /// Reads the values of all rows whose keys are in the array `$1`; no row, no answer.
    pub(crate) fn read_many(&self) -> String {
        format!(
            "select keys.key, q.v::text from unnest($1::bigint[]) as keys(key)
             cross join lateral ({}) as q(v)",
            self.read_sql().replace("$1", "keys.key")
        )
    }

    pub(crate) fn keys(&self) -> String {
        format!("select {}::bigint from {}", self.key, self.table)
    }
}
