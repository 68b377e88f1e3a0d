//! Reads what has been built, for generators of code.

use async_trait::async_trait;

use crate::catalog::code::schema::{
    DeclaredColumn, DeclaredEnum, DeclaredForeignKey, DeclaredSchema, DeclaredTable, DeclaredType,
};
use crate::catalog::read::{Seen, ask, settle};
use crate::catalog::scratch::Reading;
use crate::catalog::scratch::names::Scratch;
use crate::outcome::error::Error;
use crate::session::executor::{Executor, Row, Rows};

/// The tables, views and types of what has been built.
pub(crate) struct Schema;

#[async_trait]
impl Reading for Schema {
    type Found = DeclaredSchema;

    async fn read(
        &self,
        executor: &mut dyn Executor,
        scratch: &Scratch,
    ) -> Result<DeclaredSchema, Error> {
        settle(executor).await?;
        let mut schema = DeclaredSchema::default();
        let seen = Seen::In(scratch);
        take_columns(&mut schema, &seen.rows(ask(executor, include_str!("columns.sql")).await?));
        take_keys(&mut schema, &seen.rows(ask(executor, include_str!("keys.sql")).await?));
        take_enums(&mut schema, &seen.rows(ask(executor, include_str!("enums.sql")).await?));
        schema.tables.sort_by(|a, b| place(&a.schema, &a.name).cmp(&place(&b.schema, &b.name)));
        schema.enums.sort_by(|a, b| place(&a.schema, &a.name).cmp(&place(&b.schema, &b.name)));
        Ok(schema)
    }
}

/// What is in `public` comes first, as what has no schema in front.
fn place<'a>(schema: &'a str, name: &'a str) -> (bool, &'a str, &'a str) {
    (schema != "public", schema, name)
}

/// Takes the columns in, each table with its first one.
fn take_columns(schema: &mut DeclaredSchema, rows: &Rows) {
    for row in rows.iter() {
        let (of, name) = (row.text(0), row.text(1));
        let is_other = |table: &DeclaredTable| table.schema != of || table.name != name;
        if schema.tables.last().is_none_or(is_other) {
            schema.tables.push(DeclaredTable {
                schema: of.to_owned(),
                name: name.to_owned(),
                is_view: row.is_true(2),
                ..DeclaredTable::default()
            });
        }
        schema.tables.last_mut().into_iter().for_each(|table| table.columns.push(column(row)));
    }
}

fn column(row: Row<'_>) -> DeclaredColumn {
    DeclaredColumn {
        name: row.text(3).to_owned(),
        is_nullable: row.is_true(4),
        sql_type: DeclaredType {
            schema: row.text(5).to_owned(),
            name: row.text(6).to_owned(),
            is_enum: row.is_true(7),
            is_array: row.is_true(8),
            length: row.number(9),
            scale: row.number(10),
            text: row.text(11).to_owned(),
        },
        is_numbered: row.is_true(12),
        is_generated: row.is_true(13),
    }
}

/// Takes the keys in, a row a column, those of one key behind each other.
fn take_keys(schema: &mut DeclaredSchema, rows: &Rows) {
    let mut last = None;
    for row in rows.iter() {
        let key = (row.text(0), row.text(1), row.text(2), row.text(3));
        let is_next = last.replace(key) != Some(key);
        let (of, name, kind, _) = key;
        let is_its = |table: &&mut DeclaredTable| table.schema == of && table.name == name;
        let Some(table) = schema.tables.iter_mut().find(is_its) else { continue };
        let column = row.text(4).to_owned();
        match kind {
            "p" => table.primary_key.push(column),
            "u" => {
                table.unique.extend(is_next.then(Vec::new));
                table.unique.last_mut().into_iter().for_each(|key| key.push(column.clone()));
            }
            _ => {
                table.foreign_keys.extend(is_next.then(|| foreign_key(row)));
                if let Some(key) = table.foreign_keys.last_mut() {
                    key.columns.push(column.clone());
                    key.keys.push(row.text(7).to_owned());
                }
            }
        }
    }
}

/// A foreign key without its columns.
fn foreign_key(row: Row<'_>) -> DeclaredForeignKey {
    DeclaredForeignKey {
        name: row.text(3).to_owned(),
        schema: row.text(5).to_owned(),
        table: row.text(6).to_owned(),
        on_update: action(row.text(8)),
        on_delete: action(row.text(9)),
        ..DeclaredForeignKey::default()
    }
}

/// PostgreSQL manual, section `pg_constraint`, `confupdtype`.
fn action(letter: &str) -> &'static str {
    match letter {
        "r" => "restrict",
        "c" => "cascade",
        "n" => "set null",
        "d" => "set default",
        _ => "no action",
    }
}

/// Takes the enums in, a row a label.
fn take_enums(schema: &mut DeclaredSchema, rows: &Rows) {
    for row in rows.iter() {
        let (of, name) = (row.text(0), row.text(1));
        if schema.enums.last().is_none_or(|one| one.schema != of || one.name != name) {
            let (schema_name, name, labels) = (of.to_owned(), name.to_owned(), Vec::new());
            schema.enums.push(DeclaredEnum { schema: schema_name, name, labels });
        }
        schema.enums.last_mut().into_iter().for_each(|one| one.labels.push(row.text(2).to_owned()));
    }
}
