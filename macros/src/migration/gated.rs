//! The phases that wait for a later migration's word: `switch!(m0007)`, `contract!(m0007)`.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::diag::Errors;
use crate::model::{Author, Release, Schema, Waiting};

/// A phase that a later migration releases.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gated {
    Switch,
    Contract,
}

impl Gated {
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Gated::Switch, Gated::Contract].into_iter().find(|gated| gated.word() == name)
    }

    fn word(self) -> &'static str {
        match self {
            Gated::Switch => "switch",
            Gated::Contract => "contract",
        }
    }

    fn of_contract(self, contract: &mut Waiting) -> &mut Release {
        match self {
            Gated::Switch => &mut contract.switch,
            Gated::Contract => &mut contract.contract,
        }
    }

    /// Declares this phase of the migration `name`; whether that is right.
    pub(crate) fn release(self, schema: &mut Schema, name: &Ident, errors: &mut Errors) -> bool {
        let (word, wanted) = (self.word(), name.unraw().to_string());
        let author = Author::Earlier(wanted.clone());
        if schema.contracts.iter().all(|contract| contract.migration != author) {
            schema.unsettle(&author);
        }
        let found = schema.contracts.iter_mut().find(|contract| contract.migration == author);
        let Some(contract) = found else {
            self.nothing_to_release(schema, name, errors);
            return false;
        };
        if self == Gated::Contract && !is_switched(contract) {
            errors
                .at(name.span(), format_args!("`{wanted}` has a switch, which comes first"))
                .help(format_args!("switch!({wanted}); in a migration before this one"))
                .note("what the contract removes is in use until the switch has run");
        }
        let release = self.of_contract(contract);
        match release {
            Release::Pending => *release = Release::By(Author::Present),
            Release::Absent => {
                errors.at(name.span(), format_args!("`{wanted}` has nothing to {word}"));
                return false;
            }
            Release::By(by) => {
                let by = match by {
                    Author::Earlier(by) => format!("`{by}`"),
                    Author::Present => "this migration".into(),
                };
                errors
                    .at(name.span(), format_args!("the {word} of `{wanted}` is declared by {by}"));
                return false;
            }
        }
        if self == Gated::Contract {
            schema.check_released(&author, name.span(), errors);
        }
        true
    }

    fn nothing_to_release(self, schema: &Schema, name: &Ident, errors: &mut Errors) {
        let (word, wanted) = (self.word(), name.to_string());
        if is_in_file_of_its_name(name) {
            errors
                .at(name.span(), format_args!("a migration cannot {word} itself"))
                .help("a migration of its own, in a later pull request")
                .note("builds that are live when it runs still need what that ends");
        } else if schema.squashed.contains(&wanted) {
            errors
                .at(name.span(), format_args!("`{wanted}` was squashed, and has nothing to {word}"))
                .note("nothing is squashed before its contract has run");
        } else if schema.history.names().contains(&wanted) {
            if !schema.unread.is_empty() {
                return;
            }
            errors.at(name.span(), format_args!("`{wanted}` has nothing to {word}"));
        } else {
            let open = schema.contracts.iter().filter_map(|contract| match &contract.migration {
                Author::Earlier(id) if self.is_open(contract) => Some(id.as_str()),
                _ => None,
            });
            errors
                .at(name.span(), format_args!("there is no migration `{wanted}` before this one"))
                .nearest(&wanted, open)
                .note(format_args!("a {word} ships in a later migration than what it releases"));
        }
    }

    fn is_open(self, contract: &Waiting) -> bool {
        *self.of_contract(&mut contract.clone()) == Release::Pending
    }
}

/// Tells whether an earlier migration has declared the switch, where there is one.
fn is_switched(contract: &Waiting) -> bool {
    matches!(contract.switch, Release::Absent | Release::By(Author::Earlier(_)))
}

fn is_in_file_of_its_name(name: &Ident) -> bool {
    let stem = name.to_string();
    let own_file = name.span().unwrap().local_file();
    own_file.is_some_and(|path| path.file_stem().is_some_and(|found| found == stem.as_str()))
}
