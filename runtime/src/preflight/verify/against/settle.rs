//! Whether rows that were found to differ go on to.

use std::collections::BTreeMap;

use super::literal::{Key, among};
use super::range::{Seen, Seens, Walk, seen};
use super::table::Pair;
use crate::outcome::error::Error;

/// A row that is written between each two looks is left to another run.
const TRIES: u32 = 10;

/// How often the other side is looked at for what a row was here a moment ago.
const PASSING: u32 = 10;

/// A row that comes and goes between two looks shows no version of its own; not twice in a row.
const TWICE: u32 = 2;

/// More keys than this are no condition any more, and the whole range is read.
const LISTED: usize = 500;

/// How a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Differs {
    Missing,
    TooMany,
    Otherwise,
}

impl Differs {
    fn of(here: Option<&Seen>, there: Option<&Seen>) -> Option<Differs> {
        match (here, there) {
            (None, None) => None,
            (Some(_), None) => Some(Differs::Missing),
            (None, Some(_)) => Some(Differs::TooMany),
            (Some(here), Some(there)) => (here.hash != there.hash).then_some(Differs::Otherwise),
        }
    }
}

impl Walk<'_> {
    /// Looks at the rows of a range until each is known: a row differs if it is still here and another
    /// there, after that side has got all that was written here.
    pub(super) async fn settle(&mut self, pair: &Pair, range: &str) -> Result<(), Error> {
        let (here, there) = (&pair.here.from, &pair.there.from);
        let before = seen(&mut self.sides.here, pair, here, range).await?;
        let after = seen(&mut self.sides.there, pair, there, range).await?;
        let mut open = differing(&before, &after);
        let mut differ = Vec::new();
        for _ in 0..TRIES {
            if open.is_empty() {
                break;
            }
            self.hold().await?;
            let (place, passing) = if open.len() <= LISTED {
                (among(pair, open.keys()), PASSING)
            } else {
                (range.to_owned(), 1)
            };
            let first = seen(&mut self.sides.here, pair, here, &place).await?;
            // A row that is written all the time comes by there with the value that it had here.
            for _ in 0..passing {
                let other = seen(&mut self.sides.there, pair, there, &place).await?;
                open.retain(|key, _| Differs::of(first.get(key), other.get(key)).is_some());
                if open.is_empty() {
                    break;
                }
            }
            if open.is_empty() {
                break;
            }
            self.follow.catch_up(&mut self.sides).await?;
            let other = seen(&mut self.sides.there, pair, there, &place).await?;
            let again = seen(&mut self.sides.here, pair, here, &place).await?;
            open.retain(|key, times| {
                let (first, again, other) = (first.get(key), again.get(key), other.get(key));
                let (Some(how), Some(_)) = (Differs::of(first, other), Differs::of(again, other))
                else {
                    return false;
                };
                if first != again {
                    *times = 0;
                    return true;
                }
                *times += 1;
                if *times >= TWICE {
                    differ.push((key.clone(), how));
                }
                *times < TWICE
            });
        }
        differ.sort_by(|one, other| one.0.cmp(&other.0));
        let current = self.tale.current();
        current.differing += differ.len() as u64;
        current.unsettled += open.len() as u64;
        let room = self.tale.room();
        for (key, how) in differ.into_iter().take(room) {
            let row = self.named(pair, &key, how).await?;
            self.tale.current().samples.push(row);
        }
        Ok(())
    }
}

fn differing(here: &Seens, there: &Seens) -> BTreeMap<Key, u32> {
    let keys = here.keys().chain(there.keys());
    let differs = |key: &&Key| Differs::of(here.get(*key), there.get(*key)).is_some();
    keys.filter(differs).map(|key| (key.clone(), 0)).collect()
}
