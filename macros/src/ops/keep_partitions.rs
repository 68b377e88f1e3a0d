//! `keep_partitions!(events, monthly, ahead = 3)`: catalog F5, F6. A rule by which partitions come and go
//! with time. It is in the code alone: builds that have it keep them.

use proc_macro2::{Ident, Span};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Kind, Object, Schema};
use crate::plan::operation::{Operation, Plan};
use crate::plan::{KeptPartitions, Lock, Mode, Phase, Step, Work};
use crate::syntax::indexes::key::KeyValue;
use crate::syntax::tables::constraint::Constraint;
use crate::syntax::tables::partition::{Method, PartitionBy};
use crate::syntax::tables::period::{Behind, PartitionRule, Period, WrittenRule};
use crate::syntax::tables::table::Table;
use crate::syntax::words::name::{MAX_BYTES, TableName};

pub(crate) struct KeepPartitions {
    table: TableName,
    /// None where no more partitions come and go.
    rule: Option<WrittenRule>,
}

pub(crate) struct Facts {
    rule: Option<PartitionRule>,
    /// The partition that takes the rows which no other takes.
    rest: Option<TableName>,
    /// The tables that foreign keys of it point at.
    parents: Vec<TableName>,
}

/// The types whose values go on with time.
const TYPES: [&str; 3] = ["date", "timestamp", "timestamptz"];

impl Operation for KeepPartitions {
    type Facts = Facts;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let table: TableName = input.parse()?;
        if input.is_empty() {
            let help = format!("keep_partitions!({table}, monthly, ahead = 3), or none");
            let message = format!("nothing says how partitions come\nhelp: {help}");
            return Err(syn::Error::new(table.span(), message));
        }
        input.parse::<Token![,]>()?;
        if input.fork().call(Ident::parse_any).is_ok_and(|word| word == "none") {
            input.call(Ident::parse_any)?;
            return Ok(KeepPartitions { table, rule: None });
        }
        Ok(KeepPartitions { table, rule: Some(WrittenRule::parse(input, errors)?) })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.table.span(), "outside a migration the partition key is not known")
            .help("the same inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let rule = Object::entity(Kind::PartitionRule, &self.table, Some(&self.table));
        let rows = Object::table(&self.table).at(self.table.span()).of(Facet::Rows);
        vec![rule.at(self.table.span()), rows]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Facts> {
        let (table, by) = schema.partitioned(&self.table, errors)?;
        let rest = schema.rest_of(&self.table).cloned();
        let parents = table.constraints.iter().filter_map(Constraint::parent).cloned();
        let parents: Vec<TableName> = parents.filter(|parent| *parent != self.table).collect();
        let Some(written) = &self.rule else {
            if schema.partition_rule(&self.table).is_none() {
                let message = format_args!("no rule keeps the partitions of `{}`", self.table);
                errors.at(self.table.span(), message);
                return None;
            }
            return Some(Facts { rule: None, rest, parents });
        };
        let before = errors.count();
        self.check_key(table, by, written, errors);
        self.check_names(written, errors);
        if let Some(goes) = written.goes {
            self.check_pointing(schema, goes, errors);
        }
        let rule = Some(written.rule.clone()?);
        (errors.count() == before).then_some(Facts { rule, rest, parents })
    }

    fn plan(&self, facts: &Facts, _: Position) -> Plan {
        let work = |rule: Option<PartitionRule>| {
            let locks = self.locks(rule.as_ref(), facts);
            Work::Partitions(KeptPartitions { table: self.table.quoted(), rule, locks })
        };
        let why = match &facts.rule {
            Some(_) => "so that no row comes before its partition; reads and writes go on",
            None => "no build makes, detaches or drops partitions of it any more",
        };
        let step = Step::new(Phase::Migrate, why, work(facts.rule.clone())).undone_by(work(None));
        Plan::noting(vec![step], notes(facts))
    }

    fn apply(&self, schema: &mut Schema) {
        match &self.rule {
            None => schema.put_partition_rule(&self.table, None),
            Some(WrittenRule { rule: Some(rule), .. }) if schema.find(&self.table).is_some() => {
                schema.put_partition_rule(&self.table, Some(rule.to_string()));
            }
            Some(_) => {}
        }
    }
}

impl KeepPartitions {
    /// Parents come before their children, as clients lock them.
    fn locks(&self, rule: Option<&PartitionRule>, facts: &Facts) -> Vec<Lock> {
        let lock = |table: &TableName, mode| Lock { table: table.quoted(), mode };
        let rest = facts.rest.iter().map(|rest| lock(rest, Mode::AccessExclusive));
        let Some(rule) = rule else { return rest.collect() };
        let goes_at_once = rule.behind.is_some() && facts.rest.is_some();
        let own = if goes_at_once { Mode::AccessExclusive } else { Mode::ShareUpdateExclusive };
        let parents = facts.parents.iter().map(|parent| lock(parent, Mode::ShareRowExclusive));
        parents.chain([lock(&self.table, own)]).chain(rest).collect()
    }

    fn check_key(&self, table: &Table, by: &PartitionBy, rule: &WrittenRule, errors: &mut Errors) {
        let (name, span) = (&self.table, self.table.span());
        if by.method != Method::Range {
            let message = format_args!("table `{name}` is partitioned by {}", by.method.word());
            errors.at(span, message).note("only ranges go on with time");
            return;
        }
        let [key] = by.keys.as_slice() else {
            let message =
                format_args!("the partition key of `{name}` has {} columns", by.keys.len());
            errors.at(span, message).note("a rule is about one column, of a date or a time");
            return;
        };
        let KeyValue::Column(column) = &key.value else {
            let message = format_args!("table `{name}` is partitioned by an expression");
            errors.at(span, message).note("a rule is about one column, of a date or a time");
            return;
        };
        let Some(column) = table.column(&column.text) else { return };
        let ty = column.ty.sql.split('(').next().unwrap_or_default();
        if !TYPES.contains(&ty) || column.ty.named.is_some() {
            let (column, ty) = (&column.name, &column.ty.sql);
            errors
                .at(span, format_args!("partition key `{column}` of `{name}` is of type `{ty}`"))
                .note(format_args!("a rule goes by one of `{}`", TYPES.join("`, `")));
        } else if ty == "date" && rule.period == Period::Hourly {
            let message = format_args!("partition key `{}` of `{name}` has no hours", column.name);
            errors.at(rule.span, message).help("daily");
        }
    }

    /// PostgreSQL cuts longer names off silently.
    fn check_names(&self, rule: &WrittenRule, errors: &mut Errors) {
        let name = format!("{}{}", self.table.name, rule.period.suffix());
        if name.len() > MAX_BYTES {
            errors
                .at(
                    self.table.span(),
                    format_args!(
                        "a partition would be `{name}`, which has more than {MAX_BYTES} bytes"
                    ),
                )
                .help(format_args!("rename_table!({} => …); to a shorter name first", self.table));
        }
    }

    fn check_pointing(&self, schema: &Schema, goes: Span, errors: &mut Errors) {
        let pointing = schema.tables_pointing_at(&self.table);
        for other in pointing.filter(|other| other.points_at(&self.table, None)) {
            errors
                .at(goes, format_args!("a foreign key of `{}` points at rows that go", other.name))
                .help(format_args!("leave out `keep` and `behind`, or drop that foreign key first"))
                .note("PostgreSQL detaches no partition that has such rows, and reads all of both under a lock");
        }
    }
}

fn notes(facts: &Facts) -> Vec<String> {
    let Some(rule) = &facts.rule else { return Vec::new() };
    let mut notes = vec!["periods begin in UTC, whatever the time zone of a session".to_owned()];
    match &rule.behind {
        Some(Behind { keep, drops: true }) => notes.push(format!(
            "partitions whose rows are all older than {keep} are dropped with them: no undo brings them back"
        )),
        Some(Behind { keep, drops: false }) => notes.push(format!(
            "clients do not see rows of partitions that are older than {keep} as a whole, which are tables \
             of their own from then on"
        )),
        None => {}
    }
    if let Some(rest) = &facts.rest {
        notes.push(format!(
            "`{rest}` takes rows that no other partition takes: while it is read, where it is large, rows \
             of the period that comes are refused (23514); a period of which it has rows gets no partition"
        ));
    }
    notes
}
