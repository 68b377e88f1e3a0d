//! The tables of a state, in buckets by their names. A change opens the bucket of its table, and the
//! others go on to the next migration as they came: users build proc macros without optimisation, and a
//! history of hundreds of migrations must not be felt.

use std::borrow::Cow;
use std::cell::OnceCell;

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;

use crate::model::chain::entry::{Entry, UNPROVED};
use crate::model::chain::text::{Text, group, take_group};

/// The tables by their names.
#[derive(Default)]
pub(in crate::model) struct Tables(Vec<Bucket>);

/// So many tables are in a new bucket, and twice as many in one that is full.
const SIZE: usize = 8;

/// Some tables whose names follow each other.
struct Bucket {
    /// A line for each, as the shape of the schema has it.
    shapes: Text,
    /// The rest as it came; none where a table has changed.
    sealed: Option<Sealed>,
    open: OnceCell<Vec<(String, Entry)>>,
}

/// `{ "what they are found by" { "their texts" } }`
struct Sealed {
    group: Group,
    inner: OnceCell<(Text, Group)>,
}

impl Tables {
    pub(in crate::model) fn read(written: &Group) -> Self {
        let mut tokens = written.stream().into_iter();
        let mut buckets = Vec::new();
        while let (Some(shapes), Some(group)) = (Text::take(&mut tokens), take_group(&mut tokens)) {
            let sealed = Some(Sealed { group, inner: OnceCell::new() });
            buckets.push(Bucket { shapes, sealed, open: OnceCell::new() });
        }
        Tables(buckets)
    }

    pub(in crate::model) fn write(&self) -> Group {
        let mut content = TokenStream::new();
        for bucket in &self.0 {
            bucket.write(&mut content);
        }
        group(content)
    }

    pub(in crate::model) fn get(&self, name: &str) -> Option<&Entry> {
        let entries = self.0[self.place(name)?].entries();
        let at = entries.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        Some(&entries[at].1)
    }

    pub(in crate::model) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(in crate::model) fn insert(&mut self, name: String, entry: Entry) {
        let at = match self.place(&name) {
            Some(at) => at,
            None if self.0.is_empty() => {
                self.0.push(Bucket::of(Vec::new()));
                0
            }
            None => 0,
        };
        let full = self.0[at].change(|entries| {
            match entries.binary_search_by(|(known, _)| known.cmp(&name)) {
                Ok(found) => entries[found].1 = entry,
                Err(free) => entries.insert(free, (name, entry)),
            }
            (entries.len() > 2 * SIZE).then(|| entries.split_off(SIZE))
        });
        if let Some(later) = full {
            self.0.insert(at + 1, Bucket::of(later));
        }
    }

    pub(in crate::model) fn remove(&mut self, name: &str) -> Option<Entry> {
        let at = self.place(name).filter(|_| self.contains(name))?;
        let (removed, is_empty) = self.0[at].change(|entries| {
            let found = entries.binary_search_by(|(known, _)| known.as_str().cmp(name));
            (found.ok().map(|found| entries.remove(found).1), entries.is_empty())
        });
        if is_empty {
            self.0.remove(at);
        }
        removed
    }

    /// Every table, with its name.
    pub(in crate::model) fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let entries = self.0.iter().flat_map(Bucket::entries);
        entries.map(|(name, entry)| (name.as_str(), entry))
    }

    pub(in crate::model) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(Bucket::names)
    }

    /// Those that have a relation of this name, in whatever schema.
    pub(in crate::model) fn with_relation<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.found_by(format!("\"{name}\""), 0)
    }

    /// Those with a constraint that is not valid.
    pub(in crate::model) fn unproved(&self) -> impl Iterator<Item = &Entry> {
        self.found_by(UNPROVED.to_owned(), 1)
    }

    /// Those with a foreign key that points at the table, by its name in a macro.
    pub(in crate::model) fn pointing_at<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = &'a Entry> + use<'a> {
        self.found_by(format!("\"{name}\""), 2)
    }

    fn found_by(&self, word: String, field: usize) -> impl Iterator<Item = &Entry> {
        let buckets = self.0.iter().filter({
            let word = word.clone();
            move |bucket| bucket.may_have(&word)
        });
        buckets.flat_map(Bucket::entries).map(|(_, entry)| entry).filter(move |entry| {
            entry.found_by.split('\t').nth(field).is_some_and(|found| found.contains(&word))
        })
    }

    /// The lines of all, as the shape of the schema has them.
    pub(in crate::model) fn shapes(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.iter().map(Bucket::shapes)
    }

    /// The place of the bucket that has this name, or would have it.
    fn place(&self, name: &str) -> Option<usize> {
        let is_before = |bucket: &Bucket| bucket.names().next().is_some_and(|first| first <= name);
        self.0.partition_point(is_before).checked_sub(1)
    }
}

impl Bucket {
    fn of(entries: Vec<(String, Entry)>) -> Self {
        Bucket { shapes: Text::new(String::new()), sealed: None, open: OnceCell::from(entries) }
    }

    fn entries(&self) -> &[(String, Entry)] {
        self.open.get_or_init(|| {
            let Some((found_by, texts)) = self.sealed.as_ref().map(Sealed::inner) else {
                return Vec::new();
            };
            #[cfg(test)]
            tests::OPENED.set(tests::OPENED.get() + 1);
            let Some(texts) = Text::take(&mut texts.stream().into_iter()) else {
                return Vec::new();
            };
            let rest = found_by.as_str().split('\n').zip(texts.as_str().split('\n'));
            let lines = self.shapes.as_str().split('\n').filter_map(name_and_shape);
            let entry = |((name, shape), (found_by, text)): ((&str, &str), (&str, &str))| {
                (name.to_owned(), Entry::unread(text, shape, found_by))
            };
            lines.zip(rest).map(entry).collect()
        })
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        if self.sealed.is_none() {
            return Box::new(self.entries().iter().map(|(name, _)| name.as_str()));
        }
        Box::new(self.shapes.as_str().split('\n').filter_map(name_and_shape).map(|(name, _)| name))
    }

    fn may_have(&self, word: &str) -> bool {
        match &self.sealed {
            Some(sealed) => sealed.inner().0.as_str().contains(word),
            None => self.entries().iter().any(|(_, entry)| entry.found_by.contains(word)),
        }
    }

    fn shapes(&self) -> Cow<'_, str> {
        if self.sealed.is_some() {
            return Cow::Borrowed(self.shapes.as_str());
        }
        let line = |(name, entry): &(String, Entry)| format!("table {name} {:016x}", entry.shape());
        Cow::Owned(self.entries().iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Vec<(String, Entry)>) -> T) -> T {
        self.entries();
        self.sealed = None;
        let mut entries = self.open.take().unwrap_or_default();
        let changed = change(&mut entries);
        self.open = OnceCell::from(entries);
        changed
    }

    fn write(&self, to: &mut TokenStream) {
        if let Some(sealed) = &self.sealed {
            to.extend(self.shapes.tokens());
            sealed.group.to_tokens(to);
            return;
        }
        to.extend(Text::new(self.shapes().into_owned()).tokens());
        let joined = |of: fn(&Entry) -> &str| {
            let lines: Vec<&str> = self.entries().iter().map(|(_, entry)| of(entry)).collect();
            Text::new(lines.join("\n")).tokens()
        };
        let mut content = joined(|entry| &entry.found_by);
        group(joined(|entry| &entry.text)).to_tokens(&mut content);
        group(content).to_tokens(to);
    }
}

impl Sealed {
    fn inner(&self) -> &(Text, Group) {
        self.inner.get_or_init(|| {
            let mut tokens = self.group.stream().into_iter();
            let text = Text::take(&mut tokens).unwrap_or_else(|| Text::new(String::new()));
            (text, take_group(&mut tokens).unwrap_or_else(|| group(TokenStream::new())))
        })
    }
}

/// `table name shape`
fn name_and_shape(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("table ")?.rsplit_once(' ')
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::model::chain::table_text::read_table;

    thread_local! {
        /// How many buckets were opened.
        pub(crate) static OPENED: Cell<usize> = const { Cell::new(0) };
    }

    fn table(at: usize) -> Entry {
        let parent = at / 2;
        Entry::new(read_table(&format!(
            "s.\"t {at}\" {{ id: bigint, foreign_key(id => s.\"t {parent}\"(id), name = f{at}), \
             unique(id, name = u{at}) }}"
        )))
    }

    fn passed(tables: &Tables) -> Tables {
        Tables::read(&tables.write())
    }

    #[test]
    fn tables_are_found_and_gone_whatever_the_order() {
        let name = |at: usize| format!("s.\"t {at}\"");
        let mut tables = Tables::default();
        for at in (0..60).map(|at| at * 7 % 60) {
            tables.insert(name(at), table(at));
            tables = passed(&tables);
            assert!(tables.contains(&name(at)) && !tables.contains("s"));
        }
        let mut sorted: Vec<String> = (0..60).map(name).collect();
        sorted.sort();
        assert_eq!(tables.names().collect::<Vec<_>>(), sorted);
        assert_eq!(tables.iter().map(|(name, _)| name).collect::<Vec<_>>(), sorted);
        assert_eq!(tables.with_relation("u42").count(), 1);
        assert_eq!(tables.with_relation("f42").count(), 0);
        assert_eq!(tables.pointing_at(&name(7)).count(), 2);
        assert_eq!(tables.unproved().count(), 0);
        for at in (0..60).map(|at| at * 13 % 60) {
            assert!(tables.remove(&name(at)).is_some());
            tables = passed(&tables);
            assert!(!tables.contains(&name(at)));
        }
        assert!(tables.0.is_empty());
    }

    #[test]
    fn one_table_opens_one_bucket() {
        let mut tables = Tables::default();
        for at in 0..200 {
            tables.insert(format!("t{at:03}"), table(at));
        }
        let tables = passed(&tables);
        let before = OPENED.get();
        assert!(tables.get("t150").is_some() && tables.get("t151").is_some());
        assert!(OPENED.get() - before <= 2, "{}", OPENED.get() - before);
        assert_eq!(tables.shapes().count(), tables.0.len());
        assert!(OPENED.get() - before <= 2);
    }
}
