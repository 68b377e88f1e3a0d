//! The state that a migration hands to its children: `"what is under way" { tables } { entities }
//! { names of migrations } { what is settled }`.
//!
//! Tables stand in it as `create_table!` takes them, so that there is one grammar and one reader.

use std::collections::BTreeSet;

use proc_macro2::Group;
use quote::ToTokens;

use crate::model::chain::entities::Entities;
use crate::model::chain::lines::{read_contract, read_hold, write_contract, write_hold};
use crate::model::chain::past::Past;
use crate::model::chain::settled::Settled;
use crate::model::chain::tables::Tables;
use crate::model::chain::text::{Text, group, take_group};
use crate::model::shape::shape_lines;
use crate::model::{Author, Hold, Release, Role, Schema, Waiting};

impl Schema {
    /// Reads the state of the migration `parent`.
    pub(crate) fn read(state: &Group, parent: &str) -> Self {
        let mut schema = Schema::default();
        let mut tokens = state.stream().into_iter();
        if let Some(head) = Text::take(&mut tokens) {
            schema.read_head(head.as_str(), parent);
        }
        let mut group = || take_group(&mut tokens);
        if let (Some(tables), Some(entities), Some(past), Some(settled)) =
            (group(), group(), group(), group())
        {
            schema.tables = Tables::read(&tables);
            schema.entities = Entities::read(entities);
            schema.history = Past::read(&past);
            schema.settled = Settled::read(settled);
        }
        schema.history.push(parent.to_owned());
        schema
    }

    fn read_head(&mut self, head: &str, parent: &str) {
        for line in head.lines() {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            match kind {
                "squashed" => self.squashed = rest.split('\t').map(str::to_owned).collect(),
                "made" => {
                    self.is_behind_baseline = true;
                    let made = rest.split('\t').filter(|name| !name.is_empty());
                    self.inherited.extend(made.map(str::to_owned));
                }
                "unread" => self.unread.extend(rest.split('\t').map(str::to_owned)),
                "contract" => self.contracts.extend(read_contract(rest, parent)),
                "hold" => self.holds.extend(read_hold(rest, parent)),
                _ => {}
            }
        }
    }

    /// The parent that a migration's state names, without reading the rest.
    pub(crate) fn parent_of(state: &Group) -> Option<String> {
        let past = state.stream().into_iter().filter_map(|token| match token {
            proc_macro2::TokenTree::Group(group) => Some(group),
            _ => None,
        });
        Past::read(&past.into_iter().nth(2)?).last().cloned()
    }

    /// Tells whether a migration's state says that a change could not be read.
    pub(crate) fn is_incomplete(state: &Group) -> bool {
        let head = Text::take(&mut state.stream().into_iter());
        head.is_some_and(|head| head.as_str().lines().any(|line| line.starts_with("unread\t")))
    }

    /// Writes the state for the children.
    pub(crate) fn write(&self) -> Group {
        let (settled, done) = self.settle();
        let is_open = |contract: &&Waiting| !done.contains(&contract.migration);
        let waits = |hold: &&Hold| !is_settled(hold, &done);
        let mut lines = self.first_lines();
        lines.extend(self.contracts.iter().filter(is_open).map(write_contract));
        lines.extend(self.holds.iter().filter(waits).map(write_hold));
        let mut content = Text::new(lines.join("\n")).tokens();
        let entities = self.entities.write(shape_lines);
        for part in [self.tables.write(), entities, self.history.write(), settled] {
            part.to_tokens(&mut content);
        }
        group(content)
    }

    fn first_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let joined = |words: &BTreeSet<String>| {
            words.iter().map(String::as_str).collect::<Vec<_>>().join("\t")
        };
        if !self.squashed.is_empty() {
            lines.push(format!("squashed\t{}", self.squashed.join("\t")));
        }
        if !self.unread.is_empty() {
            lines.push(format!("unread\t{}", joined(&self.unread)));
        }
        if self.is_baseline {
            lines.push(format!("made\t{}", joined(&self.fresh)));
        }
        lines
    }

    /// What was settled before, with what an earlier migration has declared, and whose that is.
    fn settle(&self) -> (Group, Vec<Author>) {
        let is_done = |contract: &&Waiting| {
            matches!(contract.contract, Release::By(Author::Earlier(_)))
                && !matches!(contract.switch, Release::Pending)
        };
        let contracts: Vec<&Waiting> = self.contracts.iter().filter(is_done).collect();
        let done: Vec<Author> = contracts.iter().map(|it| it.migration.clone()).collect();
        if done.is_empty() {
            return (self.settled.write(), done);
        }
        let mut settled = Settled::read(self.settled.write());
        for contract in contracts {
            settled.add_contract(contract.clone());
        }
        let holds = self.holds.iter().filter(|hold| is_settled(hold, &done));
        for hold in holds {
            settled.add_hold(hold.clone());
        }
        (settled.write(), done)
    }
}

/// What takes another's place at a switch is looked at with each change.
fn is_settled(hold: &Hold, done: &[Author]) -> bool {
    hold.role != Role::Replaced && done.contains(&hold.by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chain::table_text::read_table;
    use crate::model::parts::definition::Definition;
    use crate::model::parts::entity::Entity;
    use crate::model::{Kind, Object};
    use crate::syntax::tables::table::Table;

    const TABLE: &str = r#"unlogged billing.users { id: bigint identity, "Mixed Case": varchar(20) not_null default "it's\n\t\"x\"", tags: text[] default "{}", at: timestamptz default sql("now()"), total: numeric(12, 2), own: sql("ltree"), primary_key(id, name = users_pkey), unique("Mixed Case", total, name = k), unique(id, "include", include(at), nulls_not_distinct, deferrable, name = u), check("total >= 0", no_inherit, name = c), foreign_key(id, total => other(id, at), on_delete = set_null(total), on_update = restrict, match = full, initially_deferred, name = f), exclude(id with "=", sql("lower(own)") with "&&", using = gist, where = "total > 0", deferrable, name = e), index((at desc, sql("lower(own)")), unique, where = "total > 1", using = btree, include(id), name = i), index(("Mixed Case" collate("C") text_pattern_ops desc nulls_last, id nulls_first), unique, nulls_not_distinct, with(fillfactor = 70, deduplicate_items = false), tablespace = fast, name = j), index((own ext.gist_ltree_ops(siglen = 100)), using = gist, with(buffering = "auto"), name = g), with(fillfactor = 70, toast.autovacuum_enabled = false, autovacuum_vacuum_insert_threshold = -1), partition_by(range("Mixed Case" text_ops, sql("lower(own)"))) }"#;

    #[test]
    fn a_table_is_written_as_it_is_read() {
        let table = read_table(TABLE);
        assert_eq!(table.to_string(), TABLE);
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let mut schema = Schema::default();
        schema.put(read_table(r#"sizes { "a \\ b": text }"#));
        for name in ["sizes", r"a \ b"] {
            assert_eq!(schema.tables_that_mention(name).count(), 1, "{name}");
        }
        assert_eq!(schema.tables_that_mention("b \\").count(), 0);
    }

    #[test]
    fn a_child_reads_what_its_parent_wrote() {
        let mut schema = Schema::read(&Schema::default().write(), "m1");
        schema.put(read_table(TABLE));
        let (switch, contract) = (Release::Absent, Release::Pending);
        schema.contracts.push(Waiting { migration: Author::Present, switch, contract });
        let view = Entity {
            kind: Kind::View,
            name: syn::parse_str("billing.\"V\"").expect("a name"),
            on: None,
            create: vec!["create view v as\n\tselect '\\n'".into()],
            definition: Definition::View { query: "a\tb".into(), columns: vec!["\\n".into()] },
        };
        schema.put_entity(view.clone());
        let old = Object::Column("billing.users".into(), "total".into());
        schema.hold(old.clone(), Role::Retiring { successor: Some("sum".into()) });
        schema.hold(Object::Index("public".into(), "i".into()), Role::Synced);

        let child = Schema::read(&schema.write(), "m2");
        assert_eq!(child.history.names(), ["m1", "m2"]);
        assert!(child.contracts[0].migration == Author::Earlier("m2".into()));
        assert!(child.holds[0].object == old && child.holds[1].role == Role::Synced);
        assert!(child.holds[0].role == Role::Retiring { successor: Some("sum".into()) });
        let found = child.entities.iter().next().expect("it is there");
        assert_eq!((&found.create, &found.definition), (&view.create, &view.definition));
        assert_eq!(child.tables().next().map(Table::to_string).as_deref(), Some(TABLE));
        let written = |schema: &Schema| schema.write().to_string();
        assert_eq!(
            written(&Schema::read(&child.write(), "m3")).replace("\tm3", "").replace("3\t", "2\t"),
            written(&child)
        );
    }
}
