//! The state that a migration hands to its children: one literal, a line an item.
//!
//! Tables stand in it as `create_table!` takes them, so that there is one grammar and one reader.
//! Fields are separated by tabs, which no name can hold.

use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::model::{Author, Entry, Hold, Object, Release, Role, Schema, Waiting};
use crate::syntax::words::name::TableName;

impl Schema {
    /// Reads the state of the migration `parent`.
    pub(crate) fn read(state: &str, parent: &str) -> Self {
        let mut schema = Schema::default();
        for line in state.lines() {
            let (kind, rest) = line.split_once('\t').unwrap_or((line, ""));
            match kind {
                "table" => {
                    let mut fields = rest.splitn(4, '\t');
                    let mut field = || fields.next().unwrap_or_default();
                    let (name, shape, relations, text) = (field(), field(), field(), field());
                    let entry = Entry::unread(text, shape, relations);
                    schema.tables.insert(name.to_owned(), entry);
                }
                "history" => schema.history = rest.split('\t').map(str::to_owned).collect(),
                "squashed" => schema.squashed = rest.split('\t').map(str::to_owned).collect(),
                "made" => {
                    schema.is_behind_baseline = true;
                    let made = rest.split('\t').filter(|name| !name.is_empty());
                    schema.inherited.extend(made.map(str::to_owned));
                }
                "unread" => schema.unread.extend(rest.split('\t').map(str::to_owned)),
                "contract" => schema.contracts.extend(read_contract(rest, parent)),
                "entity" => schema.entities.extend(read_entity(rest)),
                "hold" => schema.holds.extend(read_hold(rest, parent)),
                _ => {}
            }
        }
        schema.history.push(parent.to_owned());
        schema
    }

    /// The parent that a migration's state names, without reading the rest.
    pub(crate) fn parent_of(state: &str) -> Option<&str> {
        let line = state.lines().find_map(|line| line.strip_prefix("history\t"))?;
        line.rsplit('\t').next()
    }

    /// Tells whether a migration's state says that a change could not be read.
    pub(crate) fn is_incomplete(state: &str) -> bool {
        state.lines().any(|line| line.starts_with("unread\t"))
    }

    /// Writes the state for the children.
    pub(crate) fn write(&self) -> String {
        let mut lines = Vec::new();
        if !self.history.is_empty() {
            lines.push(format!("history\t{}", self.history.join("\t")));
        }
        if !self.squashed.is_empty() {
            lines.push(format!("squashed\t{}", self.squashed.join("\t")));
        }
        if !self.unread.is_empty() {
            let words: Vec<&str> = self.unread.iter().map(String::as_str).collect();
            lines.push(format!("unread\t{}", words.join("\t")));
        }
        if self.is_baseline {
            let made: Vec<&str> = self.fresh.iter().map(String::as_str).collect();
            lines.push(format!("made\t{}", made.join("\t")));
        }
        for contract in &self.contracts {
            let (by, switch, contract) =
                (contract.migration.text(), contract.switch.text(), contract.contract.text());
            lines.push(format!("contract\t{by}\t{switch}\t{contract}"));
        }
        for hold in &self.holds {
            let (kind, first, second) = match &hold.object {
                Object::Table(table) => ("table", table.as_str(), ""),
                Object::Column(table, column) => ("column", table.as_str(), column.as_str()),
                Object::Index(schema, index) => ("index", schema.as_str(), index.as_str()),
                Object::Constraint(table, name) => ("constraint", table.as_str(), name.as_str()),
                Object::Entity(kind, name, on) => {
                    (kind.word(), name.as_str(), on.as_deref().unwrap_or(""))
                }
            };
            let role = match &hold.role {
                Role::Synced => "synced".to_owned(),
                Role::Filled => "filled".to_owned(),
                Role::Read { by } => format!("read\t{by}"),
                Role::Replaced => "replaced".to_owned(),
                Role::Retiring { successor: None } => "retiring".to_owned(),
                Role::Retiring { successor: Some(name) } => format!("retiring\t{name}"),
            };
            lines.push(format!("hold\t{}\t{kind}\t{first}\t{second}\t{role}", hold.by.text()));
        }
        for entity in &self.entities {
            lines.push(write_entity(entity));
        }
        for (name, entry) in &self.tables {
            let Entry { text, relations, .. } = entry;
            lines.push(format!("table\t{name}\t{:x}\t{relations}\t{text}", entry.shape()));
        }
        lines.join("\n")
    }
}

impl Author {
    fn text(&self) -> &str {
        match self {
            Author::Earlier(migration) => migration,
            Author::Present => ".",
        }
    }

    fn read(text: &str, parent: &str) -> Self {
        Author::Earlier(if text == "." { parent } else { text }.to_owned())
    }
}

impl Release {
    fn text(&self) -> &str {
        match self {
            Release::Absent => "",
            Release::Pending => "-",
            Release::By(author) => author.text(),
        }
    }

    fn read(text: &str, parent: &str) -> Self {
        match text {
            "" => Release::Absent,
            "-" => Release::Pending,
            by => Release::By(Author::read(by, parent)),
        }
    }
}

fn read_contract(line: &str, parent: &str) -> Option<Waiting> {
    let mut fields = line.split('\t');
    Some(Waiting {
        migration: Author::read(fields.next()?, parent),
        switch: Release::read(fields.next()?, parent),
        contract: Release::read(fields.next()?, parent),
    })
}

/// `kind, name, table, number of statements, statement…`, and its definition.
fn write_entity(entity: &Entity) -> String {
    let on = entity.on.as_ref().map(TableName::to_string).unwrap_or_default();
    let mut fields = vec![
        "entity".to_owned(),
        entity.kind.word().to_owned(),
        entity.name.to_string(),
        on,
        entity.create.len().to_string(),
    ];
    let definition = entity.definition.write();
    fields.extend(entity.create.iter().chain(&definition).map(|text| escaped(text)));
    fields.join("\t")
}

fn read_entity(line: &str) -> Option<Entity> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [kind, name, on, statements, texts @ ..] = fields.as_slice() else { return None };
    let texts: Vec<String> = texts.iter().map(|text| unescaped(text)).collect();
    let (create, definition) = texts.split_at_checked(statements.parse().ok()?)?;
    Some(Entity {
        kind: Kind::read(kind)?,
        name: TableName::read(name)?,
        on: TableName::read(on),
        create: create.to_vec(),
        definition: Definition::read(definition)?,
    })
}

/// A line of the state holds no line break, and a field no tab.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let (mut out, mut chars) = (String::with_capacity(text.len()), text.chars());
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                other => other.unwrap_or('\\'),
            },
            c => c,
        });
    }
    out
}

fn read_hold(line: &str, parent: &str) -> Option<Hold> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [by, kind, first, second, role, successor @ ..] = fields.as_slice() else { return None };
    let (first, second) = ((*first).to_owned(), (*second).to_owned());
    let object = match *kind {
        "table" => Object::Table(first),
        "column" => Object::Column(first, second),
        "index" => Object::Index(first, second),
        "constraint" => Object::Constraint(first, second),
        kind => Object::Entity(Kind::read(kind)?, first, Some(second).filter(|on| !on.is_empty())),
    };
    let role = match (*role, successor) {
        ("synced", _) => Role::Synced,
        ("filled", _) => Role::Filled,
        ("replaced", _) => Role::Replaced,
        ("read", [by]) => Role::Read { by: (*by).to_owned() },
        (_, successor) => {
            Role::Retiring { successor: successor.first().map(|&name| name.to_owned()) }
        }
    };
    Some(Hold { object, by: Author::read(by, parent), role })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::chain::table_text::read_table;
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
        let mut schema = Schema::read("", "m1");
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
        assert_eq!(child.history, ["m1", "m2"]);
        assert!(child.contracts[0].migration == Author::Earlier("m2".into()));
        assert!(child.holds[0].object == old && child.holds[1].role == Role::Synced);
        assert!(child.holds[0].role == Role::Retiring { successor: Some("sum".into()) });
        assert_eq!(child.entities[0].create, view.create);
        assert_eq!(child.entities[0].definition, view.definition);
        assert_eq!(child.tables().next().map(Table::to_string).as_deref(), Some(TABLE));
        assert_eq!(Schema::read(&child.write(), "m3").write().replace("\tm3", ""), child.write());
    }
}
