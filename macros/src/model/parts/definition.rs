//! What an operation has to know of an entity besides the statements that make it.

/// What an entity is, by its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Definition {
    /// Its name says it all, or no more of it is known.
    #[default]
    Name,
    Extension {
        /// The schema that its objects are in.
        schema: String,
    },
    Enum {
        labels: Vec<String>,
        /// Those of them that no row may hold any more: PostgreSQL takes no label away.
        gone: Vec<String>,
    },
    Domain {
        /// As a macro says it.
        written: String,
    },
    Sequence {
        /// As a macro says them.
        options: String,
    },
    Function {
        /// The types of its arguments, as SQL.
        signature: String,
        /// What a call gets; nothing where that is not known.
        returns: String,
        /// How many arguments have a default.
        defaults: usize,
        /// The names of its arguments; one without a name has none here.
        names: Vec<String>,
    },
    Partition {
        bound: String,
    },
    /// A view, or a materialized one.
    View {
        query: String,
        columns: Vec<String>,
    },
    /// An index of a materialized view.
    Index {
        /// As a macro says it.
        written: String,
    },
    Trigger {
        /// The columns whose updates it fires for, quoted; none where it fires for all.
        columns: Vec<String>,
    },
    /// The trigger of ours that computes a column.
    Generated {
        column: String,
        /// The function that it calls, quoted and with its schema: it keeps its name where the table
        /// gets another.
        function: String,
    },
    Policy {
        /// Whether it lets rows through, or takes some away from what others let through.
        is_permissive: bool,
    },
    ReplicaIdentity {
        /// The index that rows are known by.
        index: String,
    },
    /// How a table's partitions come and go with time.
    PartitionRule {
        /// As a macro says it.
        written: String,
    },
    Grant {
        /// As they are written in a macro.
        privileges: Vec<String>,
    },
}

impl Definition {
    /// The text in which the name of a table may stand.
    pub(in crate::model) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Definition::Domain { written: text }
            | Definition::Sequence { options: text }
            | Definition::View { query: text, .. }
            | Definition::Index { written: text } => Some(text),
            _ => None,
        }
    }

    /// Its word, and what stands behind it, as a line of the state has them.
    pub(in crate::model) fn write(&self) -> Vec<String> {
        let with = |word: &str, texts: &[&[String]]| {
            [&[word.to_owned()], texts.concat().as_slice()].concat()
        };
        let one = |word: &str, text: &str| vec![word.to_owned(), text.to_owned()];
        match self {
            Definition::Name => Vec::new(),
            Definition::Extension { schema } => one("extension", schema),
            Definition::Enum { labels, gone } => {
                with("enum", &[&[labels.len().to_string()], labels, gone])
            }
            Definition::Domain { written } => one("domain", written),
            Definition::Sequence { options } => one("sequence", options),
            Definition::Function { signature, returns, defaults, names } => {
                let first = [signature.clone(), returns.clone(), defaults.to_string()];
                with("function", &[&first, names])
            }
            Definition::Partition { bound } => one("partition", bound),
            Definition::View { query, columns } => {
                with("view", &[std::slice::from_ref(query), columns])
            }
            Definition::Index { written } => one("index", written),
            Definition::Trigger { columns } => with("trigger", &[columns]),
            Definition::Generated { column, function } => {
                with("generated", &[&[column.clone(), function.clone()]])
            }
            Definition::Policy { is_permissive: true } => one("policy", "permissive"),
            Definition::Policy { is_permissive: false } => one("policy", "restrictive"),
            Definition::ReplicaIdentity { index } => one("identity", index),
            Definition::PartitionRule { written } => one("rule", written),
            Definition::Grant { privileges } => with("grant", &[privileges]),
        }
    }

    /// Reads what was written.
    pub(in crate::model) fn read(texts: &[String]) -> Option<Definition> {
        let Some((word, texts)) = texts.split_first() else { return Some(Definition::Name) };
        Some(match (word.as_str(), texts) {
            ("enum", [count, labels @ ..]) => {
                let (labels, gone) = labels.split_at_checked(count.parse().ok()?)?;
                Definition::Enum { labels: labels.to_vec(), gone: gone.to_vec() }
            }
            ("function", [signature, returns, defaults, names @ ..]) => Definition::Function {
                signature: signature.clone(),
                returns: returns.clone(),
                defaults: defaults.parse().ok()?,
                names: names.to_vec(),
            },
            ("view", [query, columns @ ..]) => {
                Definition::View { query: query.clone(), columns: columns.to_vec() }
            }
            ("generated", [column, function]) => {
                Definition::Generated { column: column.clone(), function: function.clone() }
            }
            ("trigger", columns) => Definition::Trigger { columns: columns.to_vec() },
            ("grant", privileges) => Definition::Grant { privileges: privileges.to_vec() },
            (word, [text]) => Definition::of_one(word, text.clone())?,
            _ => return None,
        })
    }

    /// Reads one that has a single text.
    fn of_one(word: &str, text: String) -> Option<Definition> {
        Some(match word {
            "extension" => Definition::Extension { schema: text },
            "domain" => Definition::Domain { written: text },
            "sequence" => Definition::Sequence { options: text },
            "partition" => Definition::Partition { bound: text },
            "index" => Definition::Index { written: text },
            "policy" => Definition::Policy { is_permissive: text == "permissive" },
            "identity" => Definition::ReplicaIdentity { index: text },
            "rule" => Definition::PartitionRule { written: text },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_read_as_it_was_written() {
        let texts = || vec!["a".to_owned(), String::new(), "c".to_owned()];
        let text = || "a".to_owned();
        for definition in [
            Definition::Name,
            Definition::Extension { schema: text() },
            Definition::Enum { labels: texts(), gone: vec![text()] },
            Definition::Enum { labels: Vec::new(), gone: Vec::new() },
            Definition::Domain { written: text() },
            Definition::Sequence { options: String::new() },
            Definition::Function {
                signature: String::new(),
                returns: text(),
                defaults: 2,
                names: texts(),
            },
            Definition::Partition { bound: text() },
            Definition::View { query: text(), columns: texts() },
            Definition::Index { written: text() },
            Definition::Trigger { columns: Vec::new() },
            Definition::Generated { column: text(), function: text() },
            Definition::Policy { is_permissive: true },
            Definition::Policy { is_permissive: false },
            Definition::ReplicaIdentity { index: text() },
            Definition::PartitionRule { written: text() },
            Definition::Grant { privileges: texts() },
        ] {
            assert_eq!(Definition::read(&definition.write()), Some(definition));
        }
    }
}
