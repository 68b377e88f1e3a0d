//! From plans to tokens: the only place that names what the runtime has.
//!
//! Plans are written inside a block that imports the runtime's names: a path in front of each would
//! be half of all tokens, and users' builds would feel it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use crate::change::Change;
use crate::diag::Errors;
use crate::history::{History, Link};
use crate::migration::{After, Migration};
use crate::model::Schema;
use crate::plan::dropped::Dropped;
use crate::plan::{
    Alone, Backfill, Bound, Convert, Index, Lock, Mend, Phase, Require, Statement, Step, Work, sql,
};

/// The version of the wording of plans. A database keeps the text of what has run, and a migration
/// whose plan reads otherwise has been edited; unless the version is another one, too. So whoever
/// changes the plan of any change that a release can make already raises this.
pub(crate) const PLAN_VERSION: u32 = 1;

/// A child's tokens, handed to its parent, which puts its schema in front and passes them on.
pub(crate) fn ask_parent(after: &After) -> TokenStream {
    let (path, parent, body) = (&after.path, after.parent(), &after.body);
    quote! { #path::__schema! { __migration #parent; #body } }
}

/// Reads what a parent passed on: `"state" parent; body`.
pub(crate) fn read_passed(input: TokenStream, errors: &mut Errors) -> (Schema, TokenStream) {
    let read = |input: ParseStream| {
        let state: LitStr = input.parse()?;
        let parent: Ident = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok((Schema::read(&state.value(), &parent.to_string()), input.parse()?))
    };
    read.parse2(input).unwrap_or_else(|error| {
        errors.syntax(error);
        <(Schema, TokenStream)>::default()
    })
}

/// A migration: its constant, and its schema for its children. Both are there in spite of errors,
/// so that one mistake is one error.
pub(crate) fn migration(migration: &Migration, errors: &mut Errors) -> TokenStream {
    let parent = option(migration.parent.as_ref().map(|id| quote!(#id)));
    let doc = &migration.doc;
    let changes = migration.changes.iter().map(change);
    let (switches, contracts) = (&migration.switches, &migration.contracts);
    let requires = migration.requires();
    let state = raw(&migration.schema.write());
    let errors = errors.compile_errors();
    quote! {
        #errors

        /// This migration's plan.
        #[allow(unreachable_pub)]
        pub static MIGRATION: ::changeover::__private::Migration = {
            use ::changeover::__private::*;
            Migration {
                id: module_name(::core::module_path!()),
                parent: #parent,
                doc: #doc,
                changes: &[#(#changes),*],
                switches: &[#(#switches),*],
                contracts: &[#(#contracts),*],
                requires: &[#(#requires),*],
                plan_version: #PLAN_VERSION,
            }
        };

        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! __schema {
            ($macro:ident $($rest:tt)*) => {
                ::changeover::__private::$macro! { #state $($rest)* }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub(crate) use __schema;
    }
}

/// A change on its own: an expression.
pub(crate) fn change_alone(found: Option<&Change>, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let change = found.map_or_else(empty_change, change);
    quote! { { use ::changeover::__private::*; #errors #change } }
}

/// A history. Each module is named by one path, so that one that does not exist is one error.
pub(crate) fn history(history: &History, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let History { attributes, visibility, name, modules } = history;
    let mut links: Vec<TokenStream> = (0..modules.len()).map(|at| link_to(modules, at)).collect();
    let head = links.pop();
    quote! {
        #(#attributes)*
        #visibility static #name: ::changeover::__private::Migrations = {
            #errors
            let (head, schema) = #head;
            ::changeover::__private::Migrations { migrations: &[#(#links,)* head], schema }
        };
    }
}

/// Asks a migration for its place in the list.
fn link_to(modules: &[Ident], at: usize) -> TokenStream {
    let this = &modules[at];
    let before = modules[..at].iter().rev().take(2);
    let head = (at + 1 == modules.len()).then(|| quote!(head));
    quote! { #this::__schema! { __link #this [#(#before),*] #head } }
}

/// One migration of a history; the last one brings the statements that build its schema along.
pub(crate) fn link(link: &Link, errors: &mut Errors) -> TokenStream {
    let errors = errors.compile_errors();
    let this = &link.this;
    let migration = quote! { { #errors &#this::MIGRATION } };
    if !link.is_head {
        return migration;
    }
    let schema = Schema::read(&link.state.value(), &this.to_string());
    let statements = sql::build(&schema.in_order_of_need());
    let statements = statements.iter().map(|statement| raw(statement));
    quote! { (#migration, &[#(#statements),*] as &[&str]) }
}

fn change(change: &Change) -> TokenStream {
    let Change { operation, subject, plan, .. } = change;
    let (notes, steps) = (&plan.notes, plan.steps.iter().map(step));
    quote! {
        Change {
            operation: #operation,
            subject: #subject,
            notes: &[#(#notes),*],
            steps: &[#(#steps),*],
        }
    }
}

fn empty_change() -> TokenStream {
    quote! {
        Change { operation: "", subject: "", notes: &[], steps: &[] }
    }
}

fn step(step: &Step) -> TokenStream {
    let phase = Ident::new(
        match step.phase {
            Phase::Expand => "Expand",
            Phase::Migrate => "Migrate",
            Phase::Switch => "Switch",
            Phase::Contract => "Contract",
        },
        Span::call_site(),
    );
    let (why, done, undo) = (&step.why, work(&step.work), option(step.undo.as_ref().map(work)));
    let drops = step.drops().into_iter().map(dropped);
    quote! {
        Step {
            phase: Phase::#phase,
            why: #why,
            work: #done,
            drops: &[#(#drops),*],
            undo: #undo,
        }
    }
}

fn dropped(dropped: &Dropped) -> TokenStream {
    let Dropped { kind, name, part, with } = dropped;
    // The runtime's names are Debug's.
    let kind = Ident::new(&format!("{kind:?}"), Span::call_site());
    let name = raw(name);
    quote! {
        Dropped {
            kind: ObjectKind::#kind,
            name: #name,
            part: #part,
            with: &[#(#with),*],
        }
    }
}

fn work(work: &Work) -> TokenStream {
    let (name, content) = match work {
        Work::Transaction(statements) => {
            let statements = statements.iter().map(statement);
            ("Transaction", quote!(&[#(#statements),*]))
        }
        Work::BuildIndex(of) => ("BuildIndex", index(of)),
        Work::DropIndex(of) => ("DropIndex", index(of)),
        Work::Backfill(of) => ("Backfill", backfill(of)),
        Work::Convert(of) => ("Convert", convert(of)),
        Work::Require(of) => ("Require", require(of)),
        Work::Alone(of) => ("Alone", alone(of)),
        Work::Bound(of) => ("Bound", bound(of)),
    };
    let name = Ident::new(name, Span::call_site());
    quote! { Work::#name(#content) }
}

fn statement(statement: &Statement) -> TokenStream {
    let (sql, why) = (raw(&statement.sql), &statement.why);
    let locks = statement.locks.iter().map(lock);
    quote! {
        Statement { sql: #sql, locks: &[#(#locks),*], why: #why }
    }
}

fn lock(lock: &Lock) -> TokenStream {
    let table = raw(&lock.table);
    // The runtime's names are Debug's.
    let mode = Ident::new(&format!("{:?}", lock.mode), Span::call_site());
    quote! {
        TableLock {
            table: #table,
            mode: LockMode::#mode,
        }
    }
}

fn index(index: &Index) -> TokenStream {
    let (name, table, definition) = (raw(&index.name), raw(&index.table), raw(&index.definition));
    let (unique, create, drop) = (index.unique, statement(&index.create), statement(&index.drop));
    quote! {
        Index {
            name: #name,
            table: #table,
            unique: #unique,
            definition: #definition,
            create: #create,
            drop: #drop,
        }
    }
}

fn backfill(backfill: &Backfill) -> TokenStream {
    let (table, set, pending) = (raw(&backfill.table), raw(&backfill.set), raw(&backfill.pending));
    quote! {
        Backfill { table: #table, set: #set, pending: #pending }
    }
}

fn convert(convert: &Convert) -> TokenStream {
    let Convert { table, key, read, write, pending, function } = convert;
    let name = function.to_token_stream().to_string().replace(' ', "");
    quote! {
        Convert {
            table: #table,
            key: &[#(#key),*],
            read: &[#(#read),*],
            write: &[#(#write),*],
            pending: #pending,
            function: ConvertFn::new(#name, |rows| converting(rows, #function)),
        }
    }
}

fn require(require: &Require) -> TokenStream {
    let Require { table, violation, problem, help } = require;
    quote! {
        Require {
            table: #table,
            violation: #violation,
            problem: #problem,
            help: #help,
        }
    }
}

fn alone(alone: &Alone) -> TokenStream {
    let done = option(alone.done.as_deref().map(raw));
    let (statement, mend) = (statement(&alone.statement), alone.mend.iter().map(mend));
    quote! {
        Alone { statement: #statement, done: #done, mend: &[#(#mend),*] }
    }
}

fn mend(mend: &Mend) -> TokenStream {
    let (when, statement) = (raw(&mend.when), statement(&mend.statement));
    quote! {
        Mend { when: #when, statement: #statement }
    }
}

fn bound(bound: &Bound) -> TokenStream {
    let Bound { table, max_rows, reason } = bound;
    quote! {
        Bound { table: #table, max_rows: #max_rows, reason: #reason }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    if let Some(value) = value {
        quote!(::core::option::Option::Some(#value))
    } else {
        quote!(::core::option::Option::None)
    }
}

/// A raw string: SQL and states are full of quotes, and reading them back unescaped is cheap.
fn raw(text: &str) -> TokenStream {
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    let literal = format!("r{hashes}\"{text}\"{hashes}").parse::<Literal>();
    literal.unwrap_or_else(|_| Literal::string(text)).into_token_stream()
}
