//! Contracts that are declared, and what they held. A change of a table asks for those about it alone:
//! they lie in buckets by names, and only what is asked for is opened.

use std::cell::OnceCell;

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;

use crate::model::chain::lines::{read_contract, read_hold, write_contract, write_hold};
use crate::model::chain::table_shape::hash;
use crate::model::chain::text::{Text, group, take_group};
use crate::model::parts::hold::{Author, Waiting};
use crate::model::parts::kind::Kind;
use crate::model::parts::object::{Hold, Object};

/// What no later migration releases any more.
#[derive(Default)]
pub(crate) struct Settled {
    /// As it came; none where something has been added.
    came: Option<Group>,
    buckets: OnceCell<Vec<Bucket>>,
}

/// At a thousand migrations one has some dozens of lines.
const BUCKETS: usize = 32;

#[derive(Default)]
struct Bucket {
    came: Option<Group>,
    content: OnceCell<Content>,
}

#[derive(Default)]
struct Content {
    contracts: Vec<Waiting>,
    holds: Vec<Hold>,
}

impl Settled {
    pub(in crate::model) fn read(written: Group) -> Self {
        Settled { came: Some(written), buckets: OnceCell::new() }
    }

    pub(in crate::model) fn write(&self) -> Group {
        if let Some(came) = &self.came {
            return came.clone();
        }
        let mut content = TokenStream::new();
        for bucket in self.buckets.get().into_iter().flatten() {
            bucket.write().to_tokens(&mut content);
        }
        group(content)
    }

    fn buckets(&self) -> &[Bucket] {
        self.buckets.get_or_init(|| {
            let came = self.came.as_ref().map_or_else(TokenStream::new, Group::stream);
            let mut tokens = came.into_iter();
            let bucket = |_| Bucket { came: take_group(&mut tokens), content: OnceCell::new() };
            (0..BUCKETS).map(bucket).collect()
        })
    }

    /// The holds that may stand in the way of a claim on an object.
    pub(in crate::model) fn holds_about(&self, object: &Object) -> Vec<&Hold> {
        match object {
            // A schema goes after all that is in it.
            Object::Entity(Kind::Schema, ..) => self.holds().collect(),
            _ => self.content(key(object)).holds.iter().collect(),
        }
    }

    pub(in crate::model) fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.buckets().iter().flat_map(|bucket| &bucket.content().holds)
    }

    /// What is known of the contract of a migration.
    pub(crate) fn contract(&self, author: &Author) -> Option<&Waiting> {
        let Author::Earlier(migration) = author else { return None };
        self.content(migration).contracts.iter().find(|contract| contract.migration == *author)
    }

    pub(in crate::model) fn add_contract(&mut self, contract: Waiting) {
        let Author::Earlier(migration) = &contract.migration else { return };
        let migration = migration.clone();
        self.change(&migration, |content| content.contracts.push(contract));
    }

    pub(in crate::model) fn add_hold(&mut self, hold: Hold) {
        let key = key(&hold.object).to_owned();
        self.change(&key, |content| content.holds.push(hold));
    }

    fn content(&self, key: &str) -> &Content {
        self.buckets()[place(key)].content()
    }

    fn change(&mut self, key: &str, change: impl FnOnce(&mut Content)) {
        self.content(key);
        self.came = None;
        let Some(bucket) = self.buckets.get_mut().and_then(|all| all.get_mut(place(key))) else {
            return;
        };
        bucket.came = None;
        if let Some(content) = bucket.content.get_mut() {
            change(content);
        }
    }
}

impl Bucket {
    fn content(&self) -> &Content {
        self.content.get_or_init(|| {
            let text =
                self.came.as_ref().and_then(|came| Text::take(&mut came.stream().into_iter()));
            let mut content = Content::default();
            for line in text.iter().flat_map(|text| text.as_str().split('\n')) {
                match line.split_once('\t') {
                    // What is settled was settled by those before.
                    Some(("contract", rest)) => content.contracts.extend(read_contract(rest, "")),
                    Some(("hold", rest)) => content.holds.extend(read_hold(rest, "")),
                    _ => {}
                }
            }
            content
        })
    }

    fn write(&self) -> Group {
        if let Some(came) = &self.came {
            return came.clone();
        }
        let content = self.content();
        let lines = content.contracts.iter().map(write_contract);
        let lines: Vec<String> = lines.chain(content.holds.iter().map(write_hold)).collect();
        if lines.is_empty() {
            return group(TokenStream::new());
        }
        group(Text::new(lines.join("\n")).tokens())
    }
}

/// The name by which what holds an object is found, and what claims it: that of the whole.
fn key(object: &Object) -> &str {
    match object {
        Object::Table(name)
        | Object::Column(name, _)
        | Object::Constraint(name, _)
        | Object::Index(_, name)
        | Object::Entity(Kind::Partition, _, Some(name))
        | Object::Entity(_, name, _) => name,
    }
}

fn place(key: &str) -> usize {
    usize::try_from(hash([key]) % BUCKETS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parts::hold::{Release, Role};

    #[test]
    fn what_is_settled_is_found_by_what_it_is_about() {
        let mut settled = Settled::default();
        for at in 0..100 {
            let by = Author::Earlier(format!("m{at}"));
            let contract = Release::By(Author::Earlier("last".into()));
            let (migration, switch) = (by.clone(), Release::Absent);
            settled.add_contract(Waiting { migration, switch, contract });
            let object = Object::Column(format!("t{at}"), "c".into());
            settled.add_hold(Hold { object, by, role: Role::Synced });
            settled = Settled::read(settled.write());
        }
        let found = settled.holds_about(&Object::Table("t42".into()));
        assert!(found.iter().any(|hold| hold.by == Author::Earlier("m42".into())));
        let opened = settled.buckets().iter().filter(|it| it.content.get().is_some()).count();
        assert_eq!(opened, 1);
        let all = settled.holds_about(&Object::Entity(Kind::Schema, "s".into(), None));
        assert_eq!(all.len(), 100);
        for at in 0..100 {
            assert!(settled.contract(&Author::Earlier(format!("m{at}"))).is_some());
        }
    }
}
