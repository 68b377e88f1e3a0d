//! The names of the migrations so far. Each of them adds one: those of long ago stand in a group that
//! nobody opens.

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;

use crate::model::chain::text::{Text, group, take_group};

/// The migrations so far, the oldest first.
#[derive(Default)]
pub(crate) struct Past {
    /// All of them.
    number: usize,
    older: Option<Group>,
    recent: Vec<String>,
}

/// So many names are written anew with each migration, at most.
const RECENT: usize = 32;

impl Past {
    pub(in crate::model) fn read(written: &Group) -> Self {
        let mut tokens = written.stream().into_iter();
        let Some(text) = Text::take(&mut tokens) else { return Past::default() };
        let mut fields = text.as_str().split('\t');
        let number = fields.next().and_then(|number| number.parse().ok()).unwrap_or_default();
        let recent = fields.map(str::to_owned).collect();
        Past { number, older: take_group(&mut tokens), recent }
    }

    pub(in crate::model) fn write(&self) -> Group {
        if self.recent.is_empty() {
            return group(TokenStream::new());
        }
        let text = Text::new(format!("{}\t{}", self.number, self.recent.join("\t")));
        let mut content = text.tokens();
        self.older.to_tokens(&mut content);
        group(content)
    }

    pub(crate) fn push(&mut self, name: String) {
        if self.recent.len() == RECENT {
            self.older = Some(self.write());
            self.recent.clear();
        }
        self.recent.push(name);
        self.number += 1;
    }

    pub(crate) fn last(&self) -> Option<&String> {
        self.recent.last()
    }

    pub(crate) fn len(&self) -> usize {
        self.number
    }

    /// All names, the oldest first.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = self.older.as_ref().map_or_else(Vec::new, |it| Past::read(it).names());
        names.extend(self.recent.iter().cloned());
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_past_keeps_its_order() {
        let mut past = Past::default();
        let names: Vec<String> = (0..=3 * RECENT).map(|at| format!("m{at}")).collect();
        for (at, name) in names.iter().enumerate() {
            past.push(name.clone());
            past = Past::read(&past.write());
            assert_eq!((past.len(), past.last()), (at + 1, Some(name)));
        }
        assert_eq!(past.names(), names);
        assert!(past.recent.len() <= RECENT);
    }
}
