//! `backfill!(orders.label = "…", where = "…")`: catalog L1. With SQL, or with a function of the
//! service on batches of rows.

use syn::parse::ParseStream;
use syn::{Path, Token, braced, parenthesized, token};

use crate::diag::Errors;
use crate::model::kinds::constraint::is_key;
use crate::model::names::{self, Position};
use crate::model::{Claim, Facet, Object, Role, Schema};
use crate::plan::Direct;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::repair::{Event, Repair};
use crate::plan::triggers::fill;
use crate::plan::{Convert, Phase, Step, Work};
use crate::syntax::tables::column::ColumnDef;
use crate::syntax::tables::table::Table;
use crate::syntax::values::assignment::Assignment;
use crate::syntax::words::list::{flag, options, value};
use crate::syntax::words::name::join;
use crate::syntax::words::name::{ColumnName, Name, TableName};
use crate::syntax::words::sql::Sql;

pub(crate) struct Backfill {
    table: TableName,
    columns: Vec<Name>,
    way: Way,
    pending: Option<Sql>,
}

enum Way {
    /// Values in SQL; `once` leaves what builds write from now on to them.
    Sql {
        values: Vec<Assignment>,
        once: bool,
    },
    Function {
        path: Path,
        read: Vec<Name>,
        key: Vec<Name>,
    },
}

impl Operation for Backfill {
    /// The key that tells one row from another, for a function.
    type Facts = Vec<Name>;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let (table, columns, values) = parse_target(input)?;
        let (mut pending, mut path, mut once) = (None, None, false);
        let (mut read, mut key) = (Vec::new(), Vec::new());
        options(
            input,
            errors,
            &mut [
                ("where", &mut value(&mut pending)),
                ("with", &mut value(&mut path)),
                ("once", &mut flag(&mut once)),
                ("read", &mut names_of(&mut read)),
                ("key", &mut names_of(&mut key)),
            ],
        );
        let way = match path {
            Some(path) => Way::Function { path, read, key },
            None => Way::Sql { values, once },
        };
        let backfill = Backfill { table, columns, way, pending };
        backfill.check_way(errors);
        Ok(backfill)
    }

    fn assume(&self, schema: &mut Schema, errors: &mut Errors) {
        if let Way::Function { key, .. } = &self.way
            && key.is_empty()
        {
            errors
                .at(self.table.span(), "outside a migration the table's key is not known")
                .help("key = id");
        }
        schema.assume(&self.table, self.columns.iter().cloned().map(ColumnDef::bare));
    }

    fn claims(&self) -> Vec<Claim> {
        // A change before it in the migration may have made the column.
        let claim = |name: &Name| Object::column(&self.table, name).at(name.span).of(Facet::Rows);
        self.columns.iter().map(claim).collect()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Vec<Name>> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        match &self.way {
            Way::Sql { values, .. } => schema.fill(table, values, errors),
            Way::Function { read, key, .. } => {
                for name in self.columns.iter().chain(read).chain(key) {
                    schema.column_of(table, name, errors);
                }
            }
        }
        match &self.pending {
            Some(sql) => schema.expression(table, sql, errors),
            None => self.check_nullable(table, errors),
        }
        let key = self.key(schema, table, errors);
        (errors.count() == before).then_some(key)
    }

    fn plan(&self, key: &Vec<Name>, at: Position) -> Plan {
        let lost = "an undo leaves the rows as the backfill made them".to_owned();
        match &self.way {
            Way::Function { path, read, .. } => {
                let theirs = "a row that a build writes meanwhile and that is still to be filled is \
                    filled too; one that is written after the last batch stops the migration";
                Plan::noting(vec![self.convert(path, read, key)], vec![lost, theirs.into()])
            }
            Way::Sql { values, once: true } => {
                let read = self.reads_rows(values).then(|| READS_ROWS_ONCE.to_owned());
                let notes = [Some(lost), read].into_iter().flatten().collect();
                Plan::noting(vec![self.repair(values, at).backfill()], notes)
            }
            Way::Sql { values, once: false } => {
                let repair = self.repair(values, at);
                let note = format!(
                    "until the contract a trigger does the same for what builds write: a row with \
                     `{}` gets the values",
                    self.pending()
                );
                let steps = vec![repair.begin(), repair.backfill(), repair.end()];
                let read = self.reads_rows(values).then(|| READS_ROWS.to_owned());
                Plan::noting(steps, [Some(note), Some(lost), read].into_iter().flatten().collect())
            }
        }
    }

    fn direct(&self, _: &Vec<Name>) -> Option<Direct> {
        let Way::Sql { values, .. } = &self.way else { return None };
        let update = self.repair(values, Position { migration: 0, change: 0 }).at_once();
        let why = "every row in one statement, which clients that write the same rows wait for";
        let step = Step::transaction(Phase::Expand, why, vec![update]);
        Some(Direct::of(self.table.clone(), step))
    }

    fn apply(&self, schema: &mut Schema) {
        let Way::Sql { values, once: false } = &self.way else { return };
        for name in &self.columns {
            schema.hold(Object::column(&self.table, name), Role::Synced);
        }
        for sql in values.iter().map(|item| &item.value).chain(&self.pending) {
            schema.hold_read(&self.table, sql);
        }
    }
}

/// What a query in an expression costs.
const READS_ROWS: &str = "its expressions read other rows: the query runs for every row that a build \
    writes until the contract, and without an index on what it compares it reads the whole table \
    each time; with `once` it runs for the rows that are there alone";
const READS_ROWS_ONCE: &str = "its expressions read other rows: the query runs for every row of the \
    table, and without an index on what it compares it reads the whole table each time";

impl Backfill {
    /// Tells whether a value or the condition is a query of its own.
    fn reads_rows(&self, values: &[Assignment]) -> bool {
        let values = values.iter().map(|item| &item.value);
        values.chain(&self.pending).any(Sql::has_query)
    }

    fn check_way(&self, errors: &mut Errors) {
        let span = self.columns.first().map_or(self.table.span(), |column| column.span);
        match &self.way {
            Way::Sql { values, .. } if values.len() < self.columns.len() => {
                errors
                    .at(span, "the backfill says no value")
                    .help(format_args!("backfill!({}.{} = \"…\");", self.table, self.columns[0]))
                    .help("with = crate::path::of_a_function, read(…)");
            }
            Way::Function { read, .. } if read.is_empty() => {
                errors.at(span, "the function is given no column").help("read(id)");
            }
            Way::Sql { .. } | Way::Function { .. } => {}
        }
    }

    /// Without a condition a row is filled where it has no value.
    fn check_nullable(&self, table: &Table, errors: &mut Errors) {
        let [name] = self.columns.as_slice() else {
            errors
                .at(self.table.span(), "which rows are to be filled is not said")
                .help(format_args!("where = \"{} is null\"", self.columns[0]));
            return;
        };
        if table.column(&name.text).is_some_and(|column| column.not_null) {
            errors
                .at(
                    name.span,
                    format_args!("column `{name}` is not null: no row is without a value"),
                )
                .help("where = \"…\"")
                .note("the condition that a row meets until it is filled");
        }
    }

    /// The key that a function's rows are told apart by.
    fn key(&self, schema: &Schema, table: &Table, errors: &mut Errors) -> Vec<Name> {
        let Way::Function { key, .. } = &self.way else { return Vec::new() };
        if key.is_empty() {
            let primary = table.primary_key().map(|key| key.columns().to_vec());
            return primary.unwrap_or_else(|| {
                errors
                    .at(
                        self.table.span(),
                        format_args!("table `{}` has no primary key", self.table),
                    )
                    .help("key = a_column_that_is_unique_and_not_null");
                Vec::new()
            });
        }
        let is_not_null =
            |name: &Name| table.column(&name.text).is_some_and(|column| column.not_null);
        let is_right = is_key(table, key) && key.iter().all(is_not_null);
        if !is_right && !schema.is_assumed {
            errors
                .at(
                    key[0].span,
                    format_args!("`{}` does not tell every row from the others", join(key)),
                )
                .note("it has to be unique and not null");
        }
        key.clone()
    }

    fn pending(&self) -> String {
        match &self.pending {
            Some(sql) => sql.text.clone(),
            None => format!("{} is null", self.columns[0].quoted()),
        }
    }

    /// The same for a walk that SQL fills, which leaves a row as it is where the value is null.
    fn pending_by(&self, values: &[Assignment]) -> String {
        match (&self.pending, values) {
            (None, [Assignment { column, value }]) if !value.is_surely_volatile() => {
                fill::has_none(column, &value.text)
            }
            _ => self.pending(),
        }
    }

    fn repair<'a>(&'a self, values: &'a [Assignment], at: Position) -> Repair<'a> {
        let columns: Vec<&str> = self.columns.iter().map(|name| name.text.as_str()).collect();
        let pending = self.pending();
        let row = format!("(select new.*) as {}", self.table.name.quoted());
        Repair {
            table: &self.table,
            function: names::internal(&self.table, &columns, "backfill"),
            event: Event::Both,
            set: values.iter().map(|item| (&item.column, item.value.text.as_str())).collect(),
            when: None,
            guard: Some(format!("(select {pending} from {row})")),
            pending: self.pending_by(values),
            look: None,
            at,
        }
    }

    fn convert(&self, path: &Path, read: &[Name], key: &[Name]) -> Step {
        let quoted = |names: &[Name]| names.iter().map(Name::quoted).collect();
        let why = format!("fills {} with a function of the service", join(&self.columns));
        let work = Work::Convert(Convert {
            table: self.table.quoted(),
            key: quoted(key),
            read: quoted(read),
            write: quoted(&self.columns),
            pending: self.pending(),
            function: path.clone(),
        });
        Step::new(Phase::Migrate, why, work)
    }
}

/// `orders.label = "…"`, `orders.label`, `orders { a = "…", b = "…" }`, `orders { a, b }`.
fn parse_target(input: ParseStream) -> syn::Result<(TableName, Vec<Name>, Vec<Assignment>)> {
    let ahead = input.fork();
    let is_list = ahead.parse::<TableName>().is_ok() && ahead.peek(token::Brace);
    let mut values = Vec::new();
    if !is_list {
        let ColumnName { table, name } = input.parse()?;
        values.extend(parse_value(&name, input)?);
        return Ok((table, vec![name], values));
    }
    let table = input.parse()?;
    let content;
    let braces = braced!(content in input);
    let mut columns = Vec::new();
    while !content.is_empty() {
        let name: Name = content.parse()?;
        values.extend(parse_value(&name, &content)?);
        columns.push(name);
        content.parse::<Option<Token![,]>>()?;
    }
    if columns.is_empty() {
        return Err(syn::Error::new(braces.span.open(), "a backfill fills a column"));
    }
    Ok((table, columns, values))
}

fn parse_value(column: &Name, input: ParseStream) -> syn::Result<Option<Assignment>> {
    if !input.peek(Token![=]) {
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    Ok(Some(Assignment { column: column.clone(), value: input.parse()? }))
}

/// `key = id`, `read(priority, note)`.
fn names_of(slot: &mut Vec<Name>) -> impl FnMut(ParseStream) -> syn::Result<()> {
    move |input| {
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            slot.push(input.parse()?);
            return Ok(());
        }
        let content;
        parenthesized!(content in input);
        slot.extend(content.parse_terminated(|input: ParseStream| input.parse(), Token![,])?);
        Ok(())
    }
}
