//! The lines of a state. Fields are separated by tabs, which no name can hold.

use crate::model::parts::definition::Definition;
use crate::model::parts::entity::Entity;
use crate::model::parts::hold::{Author, Release, Role, Waiting};
use crate::model::parts::kind::Kind;
use crate::model::parts::object::{Hold, Object};
use crate::syntax::words::name::TableName;

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

pub(in crate::model) fn write_contract(contract: &Waiting) -> String {
    let (by, switch, contract) =
        (contract.migration.text(), contract.switch.text(), contract.contract.text());
    format!("contract\t{by}\t{switch}\t{contract}")
}

pub(in crate::model) fn read_contract(line: &str, parent: &str) -> Option<Waiting> {
    let mut fields = line.split('\t');
    Some(Waiting {
        migration: Author::read(fields.next()?, parent),
        switch: Release::read(fields.next()?, parent),
        contract: Release::read(fields.next()?, parent),
    })
}

pub(in crate::model) fn write_hold(hold: &Hold) -> String {
    let (kind, first, second) = match &hold.object {
        Object::Table(table) => ("table", table.as_str(), ""),
        Object::Column(table, column) => ("column", table.as_str(), column.as_str()),
        Object::Index(schema, index) => ("index", schema.as_str(), index.as_str()),
        Object::Constraint(table, name) => ("constraint", table.as_str(), name.as_str()),
        Object::Entity(kind, name, on) => (kind.word(), name.as_str(), on.as_deref().unwrap_or("")),
    };
    let role = match &hold.role {
        Role::Synced => "synced".to_owned(),
        Role::Filled => "filled".to_owned(),
        Role::Read { by } => format!("read\t{by}"),
        Role::Replaced => "replaced".to_owned(),
        Role::Retiring { successor: None } => "retiring".to_owned(),
        Role::Retiring { successor: Some(name) } => format!("retiring\t{name}"),
    };
    format!("hold\t{}\t{kind}\t{first}\t{second}\t{role}", hold.by.text())
}

pub(in crate::model) fn read_hold(line: &str, parent: &str) -> Option<Hold> {
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

/// `kind, name, table, number of statements, statement…`, and its definition.
pub(in crate::model) fn write_entity(entity: &Entity) -> String {
    let on = entity.on.as_ref().map(TableName::to_string).unwrap_or_default();
    let mut fields = vec![
        entity.kind.word().to_owned(),
        entity.name.to_string(),
        on,
        entity.create.len().to_string(),
    ];
    let definition = entity.definition.write();
    fields.extend(entity.create.iter().chain(&definition).map(|text| escaped(text)));
    fields.join("\t")
}

pub(in crate::model) fn read_entity(line: &str) -> Option<Entity> {
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
pub(in crate::model) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")
}

pub(in crate::model) fn unescaped(text: &str) -> String {
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
