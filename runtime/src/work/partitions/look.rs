//! What there is of the partitions that a rule is about, as the catalogs and the server's clock say it.

use super::problem::Problem;
use crate::migration::{Behind, PartitionRule, Period};
use crate::outcome::error::Error;
use crate::record::rules::Kept;
use crate::session::executor::{Executor, Row, Rows};
use crate::session::sql::{quote_identifier, quote_literal};

/// The partitioned table.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    /// Its key, as SQL.
    pub(super) key: String,
    /// The name of the key's type: `date`, `timestamp` or `timestamptz`.
    ty: String,
    /// The partition that takes what no other takes, as SQL, where there is one.
    pub(super) rest: Option<String>,
    /// Whether that is read in no time.
    pub(super) rest_is_small: bool,
    /// The role that may not make partitions of it: the session's, and the owner.
    denied: Option<(String, String)>,
    /// The owner, as SQL, where the session's role is another.
    pub(super) owner: Option<String>,
    /// As SQL.
    pub(super) tablespace: Option<String>,
    /// The tables that its foreign keys point at, as SQL, with commas.
    pub(super) references: Option<String>,
    /// A foreign key that points at it.
    pub(super) pointing: Option<String>,
}

/// A period that is to have a partition.
#[derive(Debug, Clone)]
pub(crate) struct Ahead {
    /// How many come before it; 0 is the present one.
    pub(crate) at: u64,
    /// The partition that it is to have: as it is, and as SQL.
    pub(crate) bare: String,
    pub(super) name: String,
    /// Its ends in UTC, as the catalogs' own texts have them.
    pub(crate) low: String,
    pub(crate) high: String,
    /// Whether partitions take all of its rows.
    pub(crate) is_covered: bool,
    /// The partitions that take some.
    meets: Option<String>,
    /// Whether a relation has the name.
    is_taken: bool,
}

/// A partition whose rows are all older than is kept.
#[derive(Debug, Clone)]
pub(crate) struct Old {
    pub(super) oid: u32,
    /// As SQL.
    pub(super) name: String,
    /// What stands for its bound.
    pub(super) bound: String,
    /// Whether a detach has begun.
    pub(super) pending: bool,
    /// Whether it has exactly the rows of a period.
    pub(super) is_of_rule: bool,
    /// The upper end in UTC.
    pub(super) high: String,
}

/// A table that was detached to be dropped.
#[derive(Debug, Clone)]
pub(crate) struct Stray {
    pub(super) oid: u32,
    pub(super) name: String,
    pub(super) mark: String,
}

/// What there is of a table.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) kept: Kept,
    /// None where there is no such table, or it is partitioned otherwise than the rule has it.
    pub(crate) parent: Option<Parent>,
    pub(crate) periods: Vec<Ahead>,
    pub(super) old: Vec<Old>,
    pub(super) strays: Vec<Stray>,
}

/// Reads it, and locks nothing.
pub(crate) async fn look(executor: &mut dyn Executor, kept: &Kept) -> Result<Seen, Error> {
    let mut seen = Seen {
        kept: *kept,
        parent: None,
        periods: Vec::new(),
        old: Vec::new(),
        strays: Vec::new(),
    };
    let rows = ask(executor, kept, include_str!("parent.sql")).await?;
    seen.parent = rows.iter().next().and_then(Parent::read);
    if seen.parent.is_none() {
        return Ok(seen);
    }
    let rows = ask(executor, kept, include_str!("ahead.sql")).await?;
    seen.periods = rows.iter().filter_map(Ahead::read).collect();
    if let Some(behind) = kept.rule.behind {
        let rows = ask(executor, kept, include_str!("behind.sql")).await?;
        seen.old = rows.iter().filter_map(Old::read).collect();
        if behind.drops {
            let rows = ask(executor, kept, include_str!("strays.sql")).await?;
            seen.strays = rows.iter().filter_map(Stray::read).collect();
        }
    }
    Ok(seen)
}

async fn ask(executor: &mut dyn Executor, kept: &Kept, sql: &str) -> Result<Rows, Error> {
    let Kept { table, rule, .. } = kept;
    let (unit, length, suffix) = words(rule.period);
    let keep = rule.behind.map_or("1 day", |Behind { keep, .. }| keep);
    let sql = format!("{}{sql}", include_str!("parts.sql"))
        .replace("{table}", &quote_literal(table))
        .replace("{unit}", &quote_literal(unit))
        .replace("{length}", &format!("interval {}", quote_literal(length)))
        .replace("{suffix}", &quote_literal(suffix))
        .replace("{ahead}", &rule.ahead.to_string())
        .replace("{keep}", &format!("interval {}", quote_literal(keep)))
        .replace("{mark}", &quote_literal(&mark(table)));
    let text = format!("select {AS_READ}; {sql}");
    let rows = executor.query(&text).await.map_err(|error| Error::sql(&sql, &error))?;
    Ok(rows.without_first())
}

/// The server writes bounds as the session has it, and in some styles with the short name of a zone that is
/// another one's, too: so it is told how, for the statement that follows in the same text.
///
/// PostgreSQL manual, section "Date/Time Output".
const AS_READ: &str = "pg_catalog.set_config('datestyle', 'ISO, YMD', true), \
    pg_catalog.set_config('timezone', 'UTC', true)";

/// A period's unit for `date_trunc`, its length, and what stands behind the table in a partition's name.
fn words(period: Period) -> (&'static str, &'static str, &'static str) {
    match period {
        Period::Hourly => ("hour", "1 hour", "YYYY_MM_DD_HH24"),
        Period::Daily => ("day", "1 day", "YYYY_MM_DD"),
        Period::Weekly => ("week", "1 week", "IYYY\"_w\"IW"),
        Period::Monthly => ("month", "1 month", "YYYY_MM"),
        Period::Quarterly => ("quarter", "3 months", "YYYY\"_q\"Q"),
        Period::Yearly => ("year", "1 year", "YYYY"),
    }
}

/// How the comment of a partition begins that is going to be dropped; behind it stands its upper end.
pub(super) fn mark(table: &str) -> String {
    format!(
        "changeover: a partition of {table} that is dropped once it is detached, of rows before "
    )
}

impl Parent {
    fn read(row: Row<'_>) -> Option<Parent> {
        let text = |column| row.get(column).map(str::to_owned);
        if !row.is_true(0) {
            return None;
        }
        Some(Parent {
            key: quote_identifier(row.get(1)?),
            ty: text(2)?,
            rest: text(3),
            rest_is_small: row.is_true(4),
            denied: text(5).zip(text(6)),
            owner: row.is_true(7).then(|| quote_identifier(row.text(6))),
            tablespace: row.get(8).map(quote_identifier),
            references: text(9),
            pointing: text(10),
        })
    }

    /// A time in UTC as a literal of the key's type.
    pub(super) fn literal(&self, time: &str) -> String {
        quote_literal(&match self.ty.as_str() {
            "date" => time.get(..10).unwrap_or(time).to_owned(),
            "timestamptz" => format!("{time}+00"),
            _ => time.to_owned(),
        })
    }
}

impl Ahead {
    fn read(row: Row<'_>) -> Option<Ahead> {
        let (bare, schema) = (row.get(1)?, row.get(2)?);
        Some(Ahead {
            at: row.number(0)?,
            bare: bare.to_owned(),
            name: format!("{}.{}", quote_identifier(schema), quote_identifier(bare)),
            low: row.get(3)?.to_owned(),
            high: row.get(4)?.to_owned(),
            is_covered: row.is_true(5),
            meets: row.get(6).map(str::to_owned),
            is_taken: row.is_true(7),
        })
    }

    /// Tells whether a partition is to be made for it. The present one is the rest's where that cannot be
    /// read in no time: its rows come just now.
    pub(super) fn is_missing(&self, parent: &Parent) -> bool {
        let is_left = self.at == 0 && parent.rest.is_some() && !parent.rest_is_small;
        !self.is_covered && self.meets.is_none() && !self.is_taken && !is_left
    }

    fn problem(&self, table: &str) -> Option<Problem> {
        let Ahead { bare, low, high, .. } = self;
        let from = format!("of {table} from {low} to {high} (UTC)");
        match &self.meets {
            _ if self.is_covered => None,
            Some(others) => Some(Problem::part_covered(&format!(
                "{others} takes a part of the rows {from}, and nothing the rest"
            ))),
            None if self.is_taken => Some(Problem::name_taken(&format!(
                "`{bare}` is no partition of it, and has the name of the one for rows {from}"
            ))),
            None => None,
        }
    }
}

impl Old {
    fn read(row: Row<'_>) -> Option<Old> {
        Some(Old {
            oid: row.number(0)?,
            name: row.get(1)?.to_owned(),
            bound: row.get(2)?.to_owned(),
            pending: row.is_true(3),
            is_of_rule: row.is_true(4),
            high: row.get(5)?.to_owned(),
        })
    }
}

impl Stray {
    fn read(row: Row<'_>) -> Option<Stray> {
        let text = |column| row.get(column).map(str::to_owned);
        Some(Stray { oid: row.number(0)?, name: text(1)?, mark: text(2)? })
    }
}

impl Seen {
    /// The rule's words about what is old, where it may go now.
    pub(super) fn behind(&self) -> Option<Behind> {
        let pointing = self.parent.as_ref().is_none_or(|parent| parent.pointing.is_some());
        self.kept.rule.behind.filter(|_| self.kept.under_way.is_none() && !pointing)
    }

    /// Tells whether this session's role may do anything about it.
    pub(super) fn may(&self) -> bool {
        self.parent.as_ref().is_some_and(|parent| parent.denied.is_none())
    }

    /// Tells whether something is to be done.
    pub(crate) fn is_due(&self) -> bool {
        let Some(parent) = self.parent.as_ref().filter(|_| self.may()) else { return false };
        let goes = || !self.strays.is_empty() || self.going().next().is_some();
        self.periods.iter().any(|period| period.is_missing(parent))
            || (self.behind().is_some() && goes())
    }

    /// The partitions that go: those of one period, and those of which a detach was begun.
    pub(super) fn going(&self) -> impl Iterator<Item = &Old> {
        self.old.iter().filter(|old| old.is_of_rule || old.pending)
    }

    /// Returns what keeps the rule from being kept, as far as looking tells.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let PartitionRule { behind, .. } = self.kept.rule;
        let table = self.kept.table;
        let Some(parent) = &self.parent else { return vec![Problem::not_there(table)] };
        let mut problems: Vec<Problem> =
            self.periods.iter().filter_map(|period| period.problem(table)).collect();
        if let Some((role, owner)) = &parent.denied {
            problems.push(Problem::denied(table, role, owner));
        }
        if let (Some(by), Some(_)) = (self.kept.under_way, self.going().next()) {
            problems.push(Problem::under_way(table, by));
        }
        if let (Some(key), Some(_)) = (&parent.pointing, behind) {
            problems.push(Problem::pointed_at(&format!(
                "partitions of {table} do not go: the foreign key {key} points at it"
            )));
        }
        problems
    }
}
