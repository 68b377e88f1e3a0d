//! `rename_table!(users => accounts)`: catalog E2. A view has the old name until the contract, and
//! takes reads and writes.

use syn::Token;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::{self, Position};
use crate::model::{Claim, Object, Role, Schema};
use crate::plan::objects::compat_view;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::not_null;
use crate::plan::sql::ddl;
use crate::plan::{Dropped, ObjectKind};
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct RenameTable {
    old: TableName,
    new: TableName,
}

/// Measured (catalog E2).
const LIMITS: &str = "until the contract the old name is a view: `copy`, `truncate`, \
    `on conflict on constraint`, `tablesample`, `where current of`, `ctid`, `xmin` and other system \
    columns, `group by` that relies on the primary key and (before 17) `merge` fail on it, a foreign \
    key cannot point at it, and it does not show columns that come later";

/// Manual, "Logical Replication", "Subscription".
const REPLICATION: &str =
    "a subscriber of logical replication looks the table up by its new name at once";

impl Operation for RenameTable {
    type Facts = Table;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let old = input.parse()?;
        input.parse::<Token![=>]>()?;
        Ok(RenameTable { old, new: input.parse()? })
    }

    fn assume(&self, schema: &mut Schema, _: &mut Errors) {
        schema.assume(&self.old, []);
    }

    fn claims(&self) -> Vec<Claim> {
        [&self.old, &self.new].map(|name| Object::table(name).at(name.span())).into()
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Table> {
        let table = schema.table(&self.old, errors)?;
        schema.has_no_partition_rule(&self.old, errors);
        if self.old == self.new {
            errors.at(self.new.span(), format_args!("table `{}` has this name", self.old));
            return None;
        }
        let mut is_free = schema.name_is_free(Kind::View, &self.new, errors);
        for (old, name) in self.moved(table) {
            let taken = schema.relation(&name, &name.name.text);
            if let Some(taken) = taken.filter(|_| name != old) {
                is_free = false;
                errors.at(
                    self.new.span(),
                    format_args!("`{old}` would be `{name}`, and {taken} exists already"),
                );
            }
        }
        is_free.then(|| table.clone())
    }

    fn plan(&self, table: &Table, _: Position) -> Plan {
        let why = "both names work: old builds read and write through the view";
        let swap = Step::transaction(Phase::Expand, why, self.swap()).undo(self.swap_back());
        let drop = format!("drop view {}", self.old.quoted());
        let gone = Dropped::object(ObjectKind::Relation, self.old.quoted());
        let drop = Statement::locking(drop, &self.old, Mode::AccessExclusive).drops(gone);
        let drop = vec![drop.why("locks the view alone")];
        let why = format!("no build names `{}` any more", self.old);
        let mut steps = vec![swap, Step::transaction(Phase::Contract, why, drop)];
        for (old, new) in self.sequences(table) {
            let why = "as PostgreSQL would have named it under the table's new name; waits for transactions that hold numbers of it, and keeps others waiting until its commit, which is at once";
            let rename = vec![ddl::rename_sequence(&old, &new)];
            steps.push(Step::transaction(Phase::Contract, why, rename));
        }
        Plan::noting(steps, vec![LIMITS.into(), REPLICATION.into()])
    }

    fn apply(&self, schema: &mut Schema) {
        let is_free = |(old, name): &(TableName, TableName)| {
            name == old || schema.relation(name, &name.name.text).is_none()
        };
        let moved = schema.find(&self.old).map(|table| self.moved(table)).unwrap_or_default();
        // A name that is taken was reported, and the table keeps its own for what follows.
        if schema.relation(&self.new, &self.new.name.text).is_some() || !moved.iter().all(is_free) {
            return;
        }
        let columns = schema.find(&self.old).map(|table| table.columns.clone()).unwrap_or_default();
        schema.rename_table(&self.old, &self.new);
        let successor = Some(self.new.to_string());
        schema.hold(Object::table(&self.old), Role::Retiring { successor });
        // The view reads them all.
        for column in columns {
            schema.hold(Object::column(&self.new, &column.name), Role::Synced);
        }
    }
}

impl RenameTable {
    fn swap(&self) -> Vec<Statement> {
        let (old, new) = (&self.old, &self.new);
        let mut swap = vec![ddl::lock_table(old, Mode::AccessExclusive)];
        swap.extend(Self::rename(old, new));
        swap.push(
            Statement::free(format!(
                "create view {} as\n  select * from {}",
                old.quoted(),
                new.quoted()
            ))
            .changing(old.quoted()),
        );
        swap.push(
            compat_view::like_table(old, new).why("whoever may use the table may use the view"),
        );
        swap
    }

    fn swap_back(&self) -> Vec<Statement> {
        let (old, new) = (&self.old, &self.new);
        let lock = ddl::lock_table(old, Mode::AccessExclusive)
            .and_locks(new, Mode::AccessExclusive)
            .why("the view and its table, in the order in which a client locks them");
        let drop = Statement::free(format!("drop view {}", old.quoted())).changing(old.quoted());
        let mut swap = vec![lock, drop];
        swap.extend(Self::rename(new, old));
        swap
    }

    /// Moves the table to the other's schema, and gives it the other's name.
    fn rename(from: &TableName, to: &TableName) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut from = from.clone();
        if from.schema() != to.schema() {
            let clause = format!("set schema \"{}\"", to.schema());
            let moved = TableName { schema: to.schema.clone(), name: from.name.clone() };
            let alter = ddl::alter(&from, &clause, Mode::AccessExclusive);
            statements.push(alter.changing(from.quoted()).brings(&moved).brings(to));
            from = moved;
        }
        if from.name != to.name {
            let clause = format!("rename to {}", to.name.quoted());
            let alter = ddl::alter(&from, &clause, Mode::AccessExclusive);
            statements.push(alter.renaming(&from, to));
        }
        for statement in &mut statements {
            // Between the commit and the release of the lock it is seen under the new name.
            *statement = statement.clone().and_locks(to, Mode::AccessExclusive);
        }
        if from.name != to.name {
            statements.push(not_null::name_after(to, &from.name));
        }
        statements
    }

    /// The sequences of the table's identity columns, before and after.
    fn sequences(&self, table: &Table) -> Vec<(TableName, TableName)> {
        let columns = table.columns.iter().filter(|column| column.identity.is_some());
        columns
            .map(|column| {
                let of = |table: &TableName| names::sequence(table, &column.name);
                let moved = TableName { schema: self.new.schema.clone(), ..of(&self.old) };
                (moved, of(&self.new))
            })
            .filter(|(old, new)| old != new)
            .collect()
    }

    /// Returns what changes its name or its schema along with the table.
    fn moved(&self, table: &Table) -> Vec<(TableName, TableName)> {
        let mut moved = self.sequences(table);
        if self.old.schema() != self.new.schema() {
            let constraints = table.constraints.iter().filter(|item| item.has_index());
            let constraints = constraints.filter_map(|item| item.name.as_ref());
            let indexes = table.indexes.iter().filter_map(|item| item.name.as_ref());
            let of = |schema: &Option<Name>, name: &Name| TableName {
                schema: schema.clone(),
                name: name.clone(),
            };
            moved.extend(
                constraints
                    .chain(indexes)
                    .map(|name| (of(&self.old.schema, name), of(&self.new.schema, name))),
            );
        }
        moved
    }
}
