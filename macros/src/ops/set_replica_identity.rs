//! `set_replica_identity!(orders, index = orders_number_key)`: catalog 2.K. By what logical
//! replication knows a row.

use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::kinds::replica::{Identity, check_fit};
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::footprint::effect::Effect;
use crate::plan::operation::{Operation, Plan};
use crate::plan::safe::attach;
use crate::plan::{Mode, Phase, Statement, Step};
use crate::syntax::words::list::unknown;
use crate::syntax::words::name::{Name, TableName};

pub(crate) struct SetReplicaIdentity {
    table: TableName,
    identity: Identity,
}

pub(crate) struct Facts {
    /// The statement that takes it back.
    former: String,
    is_partitioned: bool,
}

const WORDS: [&str; 4] = ["full", "default", "nothing", "index"];

impl Operation for SetReplicaIdentity {
    type Facts = Facts;

    fn parse(input: ParseStream, _: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        if input.is_empty() {
            let message =
                format!("the identity is missing\nhelp: set_replica_identity!({table}, full)");
            return Err(syn::Error::new(table.span(), message));
        }
        input.parse::<Token![,]>()?;
        let word = input.call(syn::Ident::parse_any)?;
        let identity = match word.to_string().as_str() {
            "full" => Identity::Full,
            "default" => Identity::Default,
            "nothing" => Identity::Nothing,
            "index" => {
                input.parse::<Token![=]>()?;
                Identity::Index(input.parse()?)
            }
            _ => return Err(unknown("replica identity", &word, &WORDS)),
        };
        Ok(SetReplicaIdentity { table, identity })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.table.span(), "outside a migration it is not known what an undo would restore")
            .help("`set_replica_identity!` inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let object = Object::entity(Kind::ReplicaIdentity, &self.table, Some(&self.table));
        let mut claims = vec![object.at(self.table.span())];
        if let Identity::Index(name) = &self.identity {
            claims.push(Object::index(&self.table, name).at(name.span).of(Facet::Rows));
        }
        claims
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let table = schema.table(&self.table, errors)?;
        let before = errors.count();
        if let Identity::Index(name) = &self.identity {
            let named = |known: &Option<Name>| known.as_ref() == Some(name);
            let index = table.indexes.iter().find(|index| named(&index.name)).cloned();
            let keys = table.constraints.iter().filter(|item| named(&item.name));
            let mut keys = keys.filter(|item| item.key().is_some());
            let key = keys.next().map(|item| attach::index_of(item, name, item.columns()));
            if let Some(index) = index.or(key) {
                check_fit(table, &index, name.span, errors);
            } else {
                let indexes = table.indexes.iter().filter_map(|index| index.name.as_ref());
                let keys = table.constraints.iter().filter(|item| item.key().is_some());
                let known = indexes.chain(keys.filter_map(|item| item.name.as_ref()));
                errors
                    .at(name.span, format_args!("table `{}` has no key `{name}`", self.table))
                    .nearest(&name.text, known.map(|known| known.text.as_str()));
            }
        }
        let former = schema.replica_identity(&self.table);
        let sql = self.identity.sql(&self.table);
        let default = Identity::Default.sql(&self.table);
        let former = former.and_then(|entity| entity.create.first().cloned()).unwrap_or(default);
        if former == sql {
            errors.at(
                self.table.span(),
                format_args!("this is the replica identity of `{}` already", self.table),
            );
        }
        let is_partitioned = table.partition_by.is_some();
        (errors.count() == before).then_some(Facts { former, is_partitioned })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        // An index may come in the same migration.
        let phase = match self.identity {
            Identity::Index(_) => Phase::Migrate,
            _ => Phase::Expand,
        };
        let set = |sql: &str| {
            let set = Statement::locking(sql, &self.table, Mode::AccessExclusive);
            let set = set.effect(Effect::Identifies).changing_settings(self.table.quoted());
            vec![match &self.identity {
                Identity::Index(name) => set.changing_part(&self.table, &name.text),
                _ => set,
            }]
        };
        let why = "what is written from now on tells subscribers the row by it; no row is read";
        let step = Step::transaction(phase, why, set(&self.identity.sql(&self.table)));
        let mut notes = Vec::new();
        match self.identity {
            Identity::Full => notes.push(FULL.to_owned()),
            Identity::Nothing => notes.push(NOTHING.to_owned()),
            Identity::Default | Identity::Index(_) => {}
        }
        notes.extend(facts.is_partitioned.then(|| PARTITIONED.to_owned()));
        Plan::noting(vec![step.undo(set(&facts.former))], notes)
    }

    fn apply(&self, schema: &mut Schema) {
        if schema.find(&self.table).is_some() {
            schema.put_replica_identity(&self.table, &self.identity);
        }
    }
}

const FULL: &str = "an update or a delete writes the whole old row to the WAL, and a subscriber looks \
    for it by all columns";

const NOTHING: &str = "while the table is published for them, updates and deletes fail (55000)";

const PARTITIONED: &str = "each partition keeps a replica identity of its own, and counts unless the \
    publication has `publish_via_partition_root`";
