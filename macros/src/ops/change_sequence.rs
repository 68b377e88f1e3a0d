//! `change_sequence!(order_numbers, as = bigint)`: catalog J. It keeps `nextval` waiting until its
//! commit, so it is a transaction of its own.

use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::Kind;
use crate::model::names::Position;
use crate::model::{Claim, Facet, Object, Schema};
use crate::plan::objects::sequence;
use crate::plan::operation::{Operation, Plan};
use crate::plan::{Phase, Step, Work};
use crate::syntax::objects::sequence::Sequence;
use crate::syntax::words::name::TableName;

pub(crate) struct ChangeSequence {
    name: TableName,
    change: Sequence,
}

impl Operation for ChangeSequence {
    /// The sequence as it was.
    type Facts = Sequence;

    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let name: TableName = input.parse()?;
        let before = errors.count();
        let change = Sequence::parse(input, errors);
        if change.is_empty() && errors.count() == before {
            errors
                .at(name.span(), format_args!("nothing of sequence `{name}` changes"))
                .help(format_args!("change_sequence!({name}, as = bigint)"));
        }
        Ok(ChangeSequence { name, change })
    }

    fn assume(&self, _: &mut Schema, errors: &mut Errors) {
        errors
            .at(self.name.span(), "outside a migration it is not known what an undo would restore")
            .help("a change inside `migration!`");
    }

    fn claims(&self) -> Vec<Claim> {
        let is_of_owner = Sequence { owner: None, ..self.change.clone() }.is_empty();
        let facet = if is_of_owner { Facet::Owner } else { Facet::Whole };
        vec![Object::entity(Kind::Sequence, &self.name, None).at(self.name.span()).of(facet)]
    }

    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Sequence> {
        let known = schema.entity(Kind::Sequence, &self.name, None, errors)?;
        let was = sequence::options(known).at(self.name.span());
        let before = errors.count();
        if let Some(ty) = self.change.ty.filter(|ty| ty.bits < was.bits()) {
            errors
                .at(ty.span, format_args!("sequence `{}` has wider values than `{ty}`", self.name))
                .help("max_value = …, which keeps the type")
                .note("what it has given out already may not fit");
        }
        let now = was.with(&self.change);
        if let Some(increment) = self.change.increment
            && was.is_descending() != now.is_descending()
        {
            errors
                .at(increment.span, "a sequence does not turn round")
                .help("create_sequence!(…) for the other direction")
                .note("it would come upon values that it has given out");
        }
        if errors.count() == before {
            Sequence { restart: self.change.restart, ..now }.check(errors);
        }
        schema.check_owner(&self.name, self.change.owner.as_ref(), errors);
        (errors.count() == before).then_some(was)
    }

    fn plan(&self, was: &Sequence, _: Position) -> Plan {
        let why = "waits for transactions that hold values of it, and keeps others waiting until \
                   its commit, which is at once";
        let mut step =
            Step::transaction(Phase::Expand, why, vec![sequence::alter(&self.name, &self.change)]);
        let lasting = Sequence { restart: None, ..self.change.clone() };
        if !lasting.is_empty() {
            step = step.undo(vec![sequence::restore(&self.name, was, &lasting)]);
        }
        let note = "an undo does not bring the sequence back to the value that it had: values that \
                    it has given out since would come again";
        let notes = self.change.restart.map(|_| note.to_owned());
        let narrows = lasting.ty.is_some() || lasting.min.is_some() || lasting.max.is_some();
        let asked = narrows.then(|| self.asked_before_undo(was));
        Plan::noting([step].into_iter().chain(asked).collect(), notes.into_iter().collect())
    }

    fn apply(&self, schema: &mut Schema) {
        let Some(known) = schema.find_entity(Kind::Sequence, &self.name, None) else { return };
        let now = sequence::options(known).with(&self.change);
        schema.put_entity(sequence::entity(&self.name, &now));
    }
}

impl ChangeSequence {
    fn asked_before_undo(&self, was: &Sequence) -> Step {
        let why = "asked before anything is taken back";
        Step::way_back(Phase::Expand, why, Work::NoRows(sequence::within(&self.name, was)))
    }
}
