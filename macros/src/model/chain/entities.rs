//! The entities of a state, in the order in which they were made, in pages. What is asked for by its kind
//! or its name is read, and what is not touched goes on to the next migration as it came.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;

use crate::model::chain::lines::{escaped, read_entity, unescaped, write_entity};
use crate::model::chain::text::{Text, group, take_group};
use crate::model::parts::entity::Entity;
use crate::model::parts::kind::Kind;
use crate::syntax::words::name::TableName;

/// What is no table.
#[derive(Default)]
pub(crate) struct Entities {
    /// As they came; none where one has changed.
    came: Option<Group>,
    pages: OnceCell<Vec<Page>>,
}

/// What gives the lines of the shape of a schema that are one entity's.
type Shape = fn(&Entity) -> Vec<String>;

/// So many are in one page.
const SIZE: usize = 8;

struct Page {
    /// `"kind name" "its lines of the shape" { "entity" }`; none where one has changed.
    sealed: Option<Sealed>,
    open: Vec<Entity>,
}

struct Sealed {
    heads: Vec<(Kind, String)>,
    tokens: (Text, Text, Group),
    lines: OnceCell<Vec<String>>,
    read: Vec<OnceCell<Entity>>,
}

impl Entities {
    pub(in crate::model) fn read(written: Group) -> Self {
        Entities { came: Some(written), pages: OnceCell::new() }
    }

    pub(in crate::model) fn write(&self, shape: Shape) -> Group {
        if let Some(came) = &self.came {
            return came.clone();
        }
        let mut pages = TokenStream::new();
        for page in self.pages() {
            page.write(shape, &mut pages);
        }
        group(pages)
    }

    /// The lines of the shape. Of what has not changed they came along.
    pub(in crate::model) fn shapes(&self, shape: Shape) -> BTreeSet<String> {
        let lines = self.pages().iter().map(|page| match &page.sealed {
            Some(Sealed { tokens: (_, shapes, _), .. }) => {
                shapes.as_str().split('\n').filter(|line| !line.is_empty()).map(unescaped).collect()
            }
            None => page.open.iter().flat_map(shape).collect::<Vec<String>>(),
        });
        lines.flatten().collect()
    }

    fn pages(&self) -> &[Page] {
        self.pages.get_or_init(|| {
            let Some(came) = &self.came else { return Vec::new() };
            let mut tokens = came.stream().into_iter();
            std::iter::from_fn(|| Page::take(&mut tokens)).collect()
        })
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Vec<Page>) -> T) -> T {
        self.pages();
        self.came = None;
        let mut pages = self.pages.take().unwrap_or_default();
        let changed = change(&mut pages);
        self.pages = OnceCell::from(pages);
        changed
    }

    /// Every one, read.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entity> {
        self.pages().iter().flat_map(|page| (0..page.len()).map(|at| page.entity(at)))
    }

    pub(crate) fn len(&self) -> usize {
        self.pages().iter().map(Page::len).sum()
    }

    /// Those of some kinds; only these are read.
    pub(crate) fn of_kinds(&self, is: impl Fn(Kind) -> bool) -> impl Iterator<Item = &Entity> {
        self.pages().iter().flat_map(move |page| {
            let found: Vec<usize> = (0..page.len()).filter(|at| is(page.kind(*at))).collect();
            found.into_iter().map(|at| page.entity(at))
        })
    }

    /// Those that are called so; only these are read.
    pub(crate) fn named<'a>(
        &'a self,
        name: &TableName,
    ) -> impl Iterator<Item = &'a Entity> + use<'a> {
        let (name, written) = (name.clone(), name.to_string());
        self.pages().iter().flat_map(move |page| {
            let is = |at: &usize| page.is_named(*at, &name, &written);
            let found: Vec<usize> = (0..page.len()).filter(is).collect();
            found.into_iter().map(|at| page.entity(at))
        })
    }

    pub(crate) fn push(&mut self, entity: Entity) {
        self.change(|pages| match pages.last_mut() {
            Some(page) if page.len() < SIZE => page.open().push(entity),
            _ => pages.push(Page { sealed: None, open: vec![entity] }),
        });
    }

    pub(crate) fn extend(&mut self, entities: impl IntoIterator<Item = Entity>) {
        entities.into_iter().for_each(|entity| self.push(entity));
    }

    /// Takes out what is called so and is meant.
    pub(crate) fn remove(&mut self, name: &TableName, is: impl Fn(&Entity) -> bool) {
        if self.named(name).any(&is) {
            let written = name.to_string();
            self.retain_in(
                |page| (0..page.len()).any(|at| page.is_named(at, name, &written)),
                |entity| entity.name != *name || !is(entity),
            );
        }
    }

    pub(crate) fn retain(&mut self, keeps: impl Fn(&Entity) -> bool) {
        if !self.iter().all(&keeps) {
            self.retain_in(|page| !page.entities().all(&keeps), &keeps);
        }
    }

    fn retain_in(&mut self, is_meant: impl Fn(&Page) -> bool, keeps: impl Fn(&Entity) -> bool) {
        self.change(|pages| {
            let mut kept: Vec<Page> = Vec::new();
            for mut page in std::mem::take(pages) {
                if is_meant(&page) {
                    page.open().retain(&keeps);
                }
                // What is left of two pages may be one.
                match kept.last_mut() {
                    Some(before) if page.sealed.is_none() && before.len() + page.len() <= SIZE => {
                        before.open().append(&mut page.open);
                    }
                    _ => kept.push(page),
                }
            }
            kept.retain(|page| page.len() > 0);
            *pages = kept;
        });
    }

    /// Alters those that are meant.
    pub(crate) fn alter(&mut self, is: impl Fn(&Entity) -> bool, alter: impl Fn(&mut Entity)) {
        if !self.iter().any(&is) {
            return;
        }
        self.change(|pages| {
            for page in pages.iter_mut().filter(|page| page.entities().any(&is)) {
                page.open().iter_mut().filter(|entity| is(entity)).for_each(&alter);
            }
        });
    }
}

impl<'a> IntoIterator for &'a Entities {
    type Item = &'a Entity;
    type IntoIter = Box<dyn Iterator<Item = &'a Entity> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl Page {
    fn take(tokens: &mut proc_macro2::token_stream::IntoIter) -> Option<Self> {
        let tokens = (Text::take(tokens)?, Text::take(tokens)?, take_group(tokens)?);
        let head = |line: &str| {
            let (kind, name) = line.split_once('\t')?;
            Some((Kind::read(kind)?, name.to_owned()))
        };
        let heads: Vec<_> = tokens.0.as_str().split('\n').filter_map(head).collect();
        let read = heads.iter().map(|_| OnceCell::new()).collect();
        let sealed = Sealed { heads, tokens, lines: OnceCell::new(), read };
        Some(Page { sealed: Some(sealed), open: Vec::new() })
    }

    fn write(&self, shape: Shape, to: &mut TokenStream) {
        if let Some(Sealed { tokens: (heads, shapes, rest), .. }) = &self.sealed {
            to.extend([heads.tokens(), shapes.tokens()]);
            rest.to_tokens(to);
            return;
        }
        let heads = self.open.iter().map(|it| format!("{}\t{}", it.kind.word(), it.name));
        let lines = self.open.iter().map(write_entity);
        let heads = heads.collect::<Vec<_>>().join("\n");
        let lines = lines.collect::<Vec<_>>().join("\n");
        let shapes: Vec<String> =
            self.open.iter().flat_map(shape).map(|line| escaped(&line)).collect();
        to.extend([heads, shapes.join("\n")].map(|text| Text::new(text).tokens()));
        group(Text::new(lines).tokens()).to_tokens(to);
    }

    fn len(&self) -> usize {
        self.sealed.as_ref().map_or(self.open.len(), |sealed| sealed.heads.len())
    }

    fn kind(&self, at: usize) -> Kind {
        self.sealed.as_ref().map_or_else(|| self.open[at].kind, |sealed| sealed.heads[at].0)
    }

    fn is_named(&self, at: usize, name: &TableName, written: &str) -> bool {
        match &self.sealed {
            Some(sealed) => sealed.heads[at].1 == written,
            None => self.open[at].name == *name,
        }
    }

    fn entity(&self, at: usize) -> &Entity {
        self.sealed.as_ref().map_or_else(|| &self.open[at], |sealed| sealed.entity(at))
    }

    fn entities(&self) -> impl Iterator<Item = &Entity> {
        (0..self.len()).map(|at| self.entity(at))
    }

    /// Its entities, which may change from then on.
    fn open(&mut self) -> &mut Vec<Entity> {
        if self.sealed.is_some() {
            self.open = self.entities().cloned().collect();
            self.sealed = None;
        }
        &mut self.open
    }
}

impl Sealed {
    fn entity(&self, at: usize) -> &Entity {
        let lines = self.lines.get_or_init(|| {
            let text = Text::take(&mut self.tokens.2.stream().into_iter());
            text.iter().flat_map(|it| it.as_str().split('\n')).map(str::to_owned).collect()
        });
        self.read[at].get_or_init(|| {
            let line = lines.get(at).map_or("", String::as_str);
            read_entity(line).unwrap_or_else(|| {
                panic!("changeover wrote a state that it cannot read, please report it: {line}")
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(kind: Kind, at: usize) -> Entity {
        let name = syn::parse_str(&format!("s.e{at}")).expect("a name");
        let create = vec![format!("create\n\tit '\\{at}'")];
        Entity { create, ..Entity::assumed(kind, &name, None) }
    }

    fn shape(entity: &Entity) -> Vec<String> {
        vec![format!("{}\n", entity.name)]
    }

    fn passed(entities: &Entities) -> Entities {
        Entities::read(entities.write(shape))
    }

    fn read_in(entities: &Entities) -> usize {
        let sealed = entities.pages().iter().filter_map(|page| page.sealed.as_ref());
        sealed.flat_map(|sealed| &sealed.read).filter(|read| read.get().is_some()).count()
    }

    #[test]
    fn entities_keep_their_order_and_only_what_is_asked_for_is_read() {
        let mut entities = Entities::default();
        for at in 0..100 {
            let kind = if at == 70 { Kind::View } else { Kind::Function };
            entities.push(entity(kind, at));
            entities = passed(&entities);
        }
        assert_eq!(entities.named(&entity(Kind::View, 42).name).count(), 1);
        assert_eq!(entities.of_kinds(|kind| kind == Kind::View).count(), 1);
        let shapes = entities.shapes(shape);
        assert!(shapes.len() == 100 && shapes.contains("s.e42\n"), "{shapes:?}");
        assert_eq!((entities.len(), read_in(&entities)), (100, 2));
        let names: Vec<String> = entities.iter().map(|it| it.name.name.text.clone()).collect();
        assert_eq!(names, (0..100).map(|at| format!("e{at}")).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_taken_out_leaves_no_empty_pages() {
        let mut entities = Entities::default();
        entities.extend((0..100).map(|at| entity(Kind::Function, at)));
        for at in 0..90 {
            let one = entity(Kind::Function, at);
            entities.remove(&one.name, |other| other.is_named_as(&one));
            entities = passed(&entities);
        }
        assert_eq!(entities.len(), 10);
        assert!(entities.pages().len() <= 3, "{}", entities.pages().len());
        entities.alter(|it| it.name.name == *"e95", |it| it.create = vec!["new".into()]);
        let entities = passed(&entities);
        assert_eq!(entities.iter().filter(|it| it.create == ["new"]).count(), 1);
    }
}
