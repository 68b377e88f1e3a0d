//! The methods of indexes, and what each of them can do.

use syn::parse::{Parse, ParseStream};

use crate::diag::nearest;
use crate::syntax::indexes::storage::{FILLFACTOR, Known, Takes};
use crate::syntax::words::name::Name;

/// An index method (manual, "Index Types", and the properties of `pg_indexam_has_property`).
pub(crate) struct Method {
    pub(crate) name: &'static str,
    /// Whether it is sorted, and so can have an order and be unique.
    pub(crate) is_sorted: bool,
    pub(crate) takes_several_keys: bool,
    pub(crate) can_include: bool,
    /// Its storage parameters (manual, CREATE INDEX, "Index Storage Parameters"); an extension's
    /// are its own.
    pub(crate) parameters: Option<&'static [Known]>,
}

const METHODS: &[Method] = &[
    Method {
        name: "btree",
        is_sorted: true,
        takes_several_keys: true,
        can_include: true,
        parameters: Some(&[FILLFACTOR, ("deduplicate_items", Takes::Switch)]),
    },
    Method {
        name: "hash",
        is_sorted: false,
        takes_several_keys: false,
        can_include: false,
        parameters: Some(&[FILLFACTOR]),
    },
    Method {
        name: "gist",
        is_sorted: false,
        takes_several_keys: true,
        can_include: true,
        parameters: Some(&[FILLFACTOR, ("buffering", Takes::Word(&["auto", "on", "off"]))]),
    },
    Method {
        name: "spgist",
        is_sorted: false,
        takes_several_keys: false,
        can_include: true,
        parameters: Some(&[FILLFACTOR]),
    },
    Method {
        name: "gin",
        is_sorted: false,
        takes_several_keys: true,
        can_include: false,
        parameters: Some(&[
            ("fastupdate", Takes::Switch),
            ("gin_pending_list_limit", Takes::Number(64.0, 2_147_483_647.0)),
        ]),
    },
    Method {
        name: "brin",
        is_sorted: false,
        takes_several_keys: true,
        can_include: false,
        parameters: Some(&[
            ("pages_per_range", Takes::Number(1.0, 131_072.0)),
            ("autosummarize", Takes::Switch),
        ]),
    },
    of_extension("bloom", true),
    of_extension("hnsw", false),
    of_extension("ivfflat", false),
    of_extension("rum", true),
    of_extension("pgroonga", true),
];

const fn of_extension(name: &'static str, takes_several_keys: bool) -> Method {
    Method { name, is_sorted: false, takes_several_keys, can_include: false, parameters: None }
}

/// The method of `using = …`.
pub(crate) struct Using(pub(crate) Name);

/// The method of an index; without a word it is a B-tree.
pub(crate) fn method(using: Option<&Name>) -> &'static Method {
    let named = using.and_then(|name| METHODS.iter().find(|method| *name == *method.name));
    named.unwrap_or(&METHODS[0])
}

/// The methods that can do something, as the option that asks for one.
pub(crate) fn methods(can: impl Fn(&Method) -> bool) -> String {
    let able = METHODS.iter().filter(|method| can(method));
    let options: Vec<String> = able.map(|method| format!("using = {}", method.name)).collect();
    options.join(" or ")
}

impl Parse for Using {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name: Name = input.parse()?;
        let known: Vec<&str> = METHODS.iter().map(|method| method.name).collect();
        if known.contains(&name.text.as_str()) {
            return Ok(Using(name));
        }
        let help = match nearest(&name.text, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of `{}`", known.join("`, `")),
        };
        Err(syn::Error::new(name.span, format!("unknown index method `{name}`\nhelp: {help}")))
    }
}
