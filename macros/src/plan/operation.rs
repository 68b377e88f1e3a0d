//! What every operation says of itself, and what it comes to.

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::{Direct, Step};

/// What every operation says of itself, in the order in which it is asked.
pub(crate) trait Operation: Sized {
    /// What `check` found in the schema, and `plan` needs.
    type Facts;

    /// Its own rules that `allow(…)` may silence.
    const RULES: &'static [&'static str] = &[];

    /// Reads the macro's argument.
    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self>;

    /// Outside a migration: puts into an empty schema what the change itself states of it.
    fn assume(&self, schema: &mut Schema, errors: &mut Errors);

    /// The objects that it makes, alters or drops.
    fn claims(&self) -> Vec<Claim>;

    /// Those that it alters and only the schema tells.
    fn claims_in(&self, _: &Schema) -> Vec<Claim> {
        Vec::new()
    }

    /// Tells whether it can be done to this schema; errors otherwise.
    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts>;

    /// `at` orders the triggers of several changes.
    fn plan(&self, facts: &Self::Facts, at: Position) -> Plan;

    /// The one-step form, which reads or writes every row under its lock: for a table that this
    /// migration makes, or that is declared small. None where `plan` is one step in any case, and
    /// where the steps are not there because of the rows.
    fn direct(&self, _: &Self::Facts) -> Option<Direct> {
        None
    }

    /// Returns why there is no other form than the direct one, and the token that it is about.
    fn only_direct(&self, _: &Self::Facts) -> Option<(Span, &'static str)> {
        None
    }

    /// Makes the schema what it is afterwards, as well as it can if `check` found errors: what
    /// follows is then checked against what was meant.
    fn apply(&self, schema: &mut Schema);

    /// The same for the direct form, where that ends as something else.
    fn apply_direct(&self, schema: &mut Schema) {
        self.apply(schema);
    }
}

/// Says what a client notices when a column comes.
pub(crate) fn more_columns() -> String {
    "a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a `copy` \
     without a column list for good; name the columns instead"
        .into()
}

/// Says what a client notices when a column goes.
pub(crate) fn fewer_columns() -> String {
    "a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an `insert` without a column list for good".into()
}

/// The steps of a change, and what clients will notice although it is safe.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) notes: Vec<String>,
    /// Whether it is the one-step form, which leaves nothing to a contract.
    pub(crate) is_direct: bool,
}

impl Plan {
    pub(crate) fn of(steps: Vec<Step>) -> Self {
        Plan { steps, ..Plan::default() }
    }

    pub(crate) fn noting(steps: Vec<Step>, notes: Vec<String>) -> Self {
        Plan { steps, notes, is_direct: false }
    }
}
