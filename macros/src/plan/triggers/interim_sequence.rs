//! Numbers for a column with rows, which becomes an identity in the end (catalog A4): until every
//! row has one, a sequence of our own gives them.

use crate::model::names;
use crate::plan::sql::ddl;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Statement};
use crate::syntax::tables::column::Column;
use crate::syntax::values::default::{Default, literal};
use crate::syntax::values::identity::Identity;
use crate::syntax::words::name::{Name, TableName};
use crate::syntax::words::sql::Sql;

pub(crate) struct Numbers<'a> {
    table: &'a TableName,
    column: &'a Column,
    identity: &'a Identity,
}

impl<'a> Numbers<'a> {
    /// None for a column that is no identity.
    pub(crate) fn of(table: &'a TableName, column: &'a Column) -> Option<Self> {
        Some(Numbers { table, column, identity: column.identity.as_ref()? })
    }

    fn sequence(&self) -> String {
        self.table.sibling(&names::internal(self.table, &[&self.column.name.text], "numbers"))
    }

    /// The column's default until it is an identity.
    pub(crate) fn default(&self) -> Default {
        let text = format!("pg_catalog.nextval({})", literal(&self.sequence()));
        Default::expression(Sql { text, span: self.identity.span })
    }

    pub(crate) fn create(&self) -> Vec<Statement> {
        let (sequence, options) = (self.sequence(), self.identity.sequence_options());
        let ty = &self.column.ty.sql;
        vec![
            Statement::free(format!("create sequence {sequence} as {ty}{options}"))
                .changing(&sequence)
                .why("gives the numbers until the column is an identity"),
            Statement::free(format!("grant usage on sequence {sequence} to public"))
                .changing_settings(sequence)
                .why("whoever may insert a row takes a number, as from an identity"),
        ]
    }

    pub(crate) fn drop(&self) -> Statement {
        Statement::free(format!("drop sequence if exists {}", self.sequence()))
            .drops_if_there(Dropped::object(ObjectKind::Relation, self.sequence()))
    }

    /// The statements that make the column an identity, once it is NOT NULL. No number is given
    /// meanwhile: the table is locked.
    pub(crate) fn hand_over(&self) -> Vec<Statement> {
        let own = identity_sequence(self.table, &self.column.name);
        let sequence = literal(&self.sequence());
        vec![
            ddl::drop_default(self.table, &self.column.name),
            add_identity(self.table, &self.column.name, self.identity),
            Statement::free(format!(
                "select pg_catalog.setval({own}, pg_catalog.nextval({sequence}), false)"
            ))
            .why(
                "goes on where the sequence ends; nobody takes a number while the table is locked",
            ),
            self.drop(),
        ]
    }

    /// The statements that take that back.
    pub(crate) fn take_back(&self) -> Vec<Statement> {
        let own = identity_sequence(self.table, &self.column.name);
        let sequence = literal(&self.sequence());
        let mut statements = vec![ddl::lock_table(self.table, Mode::AccessExclusive)];
        statements.extend(self.create());
        statements.push(Statement::free(format!(
            "select pg_catalog.setval({sequence}, pg_catalog.nextval({own}), false)"
        )));
        statements.push(drop_identity(self.table, &self.column.name));
        statements.push(ddl::set_default(self.table, &self.column.name, &self.default().sql()));
        statements
    }
}

/// Touches no row of a column that is NOT NULL (catalog A4).
pub(crate) fn add_identity(table: &TableName, column: &Name, identity: &Identity) -> Statement {
    let clause = format!("alter column {} add {}", column.quoted(), identity.sql());
    ddl::alter(table, &clause, Mode::AccessExclusive).changing_part(table, &column.text)
}

pub(crate) fn drop_identity(table: &TableName, column: &Name) -> Statement {
    let clause = format!("alter column {} drop identity if exists", column.quoted());
    let sequence = names::sequence(table, column).quoted();
    ddl::alter(table, &clause, Mode::AccessExclusive)
        .changing_part(table, &column.text)
        .drops_if_there(Dropped::object(ObjectKind::Relation, sequence))
}

/// The sequence of an identity column, whose name is PostgreSQL's choice.
pub(crate) fn identity_sequence(table: &TableName, column: &Name) -> String {
    format!(
        "pg_catalog.pg_get_serial_sequence({}, {})",
        literal(&table.quoted()),
        literal(&column.text)
    )
}
