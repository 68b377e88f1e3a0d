//! A change and its steps.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::literal::{option, raw};
use crate::change::Change;
use crate::plan::Dropped;
use crate::plan::footprint::effect::Effect;
use crate::plan::footprint::known::Known;
use crate::plan::objects::rights::Rights;
use crate::plan::{
    Backfill, Cleanup, Condition, Convert, Index, Lock, NoRows, NonTransactional, Phase, SizeLimit,
    Statement, Step, Work,
};
use crate::syntax::tables::column::Column;
use crate::syntax::words::name::TableName;

pub(super) fn change(change: &Change) -> TokenStream {
    let Change { operation, subject, plan, made, needed, .. } = change;
    let (notes, steps) = (&plan.notes, plan.steps.iter().map(step));
    let columns = made.from.iter().map(|(table, column)| known_column(table, column));
    let (needs, makes) = (needed.there.iter().map(dropped), needed.free.iter().map(dropped));
    quote! {
        Change {
            operation: #operation,
            subject: #subject,
            notes: &[#(#notes),*],
            columns: &[#(#columns),*],
            needs: &[#(#needs),*],
            makes: &[#(#makes),*],
            steps: &[#(#steps),*],
        }
    }
}

fn known_column(table: &TableName, column: &Column) -> TokenStream {
    let Known { table, name, ty, not_null, default, generated, identity, collate } =
        Known::of(table, column);
    let (table, ty) = (raw(&table), raw(&ty));
    let default = option(default.as_deref().map(raw));
    quote! {
        KnownColumn {
            table: #table,
            name: #name,
            ty: #ty,
            not_null: #not_null,
            default: #default,
            generated: #generated,
            identity: #identity,
            collate: #collate,
        }
    }
}

pub(super) fn empty_change() -> TokenStream {
    quote! {
        Change {
            operation: "", subject: "", notes: &[], columns: &[], needs: &[], makes: &[], steps: &[]
        }
    }
}

pub(super) fn phase(phase: Phase) -> TokenStream {
    match phase {
        Phase::Expand => quote!(Phase::Expand),
        Phase::Migrate => quote!(Phase::Migrate),
        Phase::Switch => quote!(Phase::Switch),
        Phase::Contract => quote!(Phase::Contract),
    }
}

fn step(step: &Step) -> TokenStream {
    let phase = phase(step.phase);
    let (why, done, undo) = (&step.why, work(&step.work), option(step.undo.as_ref().map(work)));
    // The runtime's names are Debug's.
    let course = Ident::new(&format!("{:?}", step.course), Span::call_site());
    quote! {
        Step {
            phase: #phase,
            why: #why,
            work: #done,
            course: Course::#course,
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
        Work::NoRows(of) => ("NoRows", require(of)),
        Work::NonTransactional(of) => ("NonTransactional", alone(of)),
        Work::SizeLimit(of) => ("SizeLimit", bound(of)),
    };
    let name = Ident::new(name, Span::call_site());
    quote! { Work::#name(#content) }
}

fn statement(statement: &Statement) -> TokenStream {
    let (sql, why) = (raw(&statement.sql), &statement.why);
    let locks = statement.locks.iter().map(lock);
    let effects = statement.effects.iter().map(effect);
    let reads_rows = statement.reads_rows;
    let path = Ident::new(&format!("{:?}", statement.path), Span::call_site());
    let only_if = option(statement.only_if.as_ref().map(condition));
    let rights = option(statement.rights.as_ref().map(rights));
    quote! {
        Statement {
            sql: #sql,
            locks: &[#(#locks),*],
            effects: &[#(#effects),*],
            reads_rows: #reads_rows,
            path: Path::#path,
            only_if: #only_if,
            rights: #rights,
            why: #why,
        }
    }
}

fn effect(effect: &Effect) -> TokenStream {
    let of = |word: &str, name: &str| {
        let (word, name) = (Ident::new(word, Span::call_site()), raw(name));
        quote!(Effect::#word(#name))
    };
    match effect {
        Effect::Makes(name) => of("Makes", name),
        Effect::IfThere(name) => of("IfThere", name),
        Effect::Unknown => quote!(Effect::Unknown),
        Effect::Alters(table) => of("Alters", table),
        Effect::AddsColumn { table, has_default } => {
            let table = raw(table);
            quote!(Effect::AddsColumn { table: #table, has_default: #has_default })
        }
        Effect::Renames(table) => of("Renames", table),
        Effect::MakesInDatabase => quote!(Effect::MakesInDatabase),
        Effect::Identifies => quote!(Effect::Identifies),
        Effect::Removes { object, if_there } => {
            let object = dropped(object);
            quote!(Effect::Removes { object: #object, if_there: #if_there })
        }
        Effect::Takes(object) => {
            let object = dropped(object);
            quote!(Effect::Takes(#object))
        }
        Effect::ChangesPart { table, part } => {
            let table = raw(table);
            quote!(Effect::ChangesPart { table: #table, part: #part })
        }
        Effect::ChangesSettings(name) => of("ChangesSettings", name),
        Effect::Changes(name) => of("Changes", name),
    }
}

fn condition(condition: &Condition) -> TokenStream {
    let (query, when) = (raw(&condition.query), &condition.when);
    quote! {
        &Condition { query: #query, when: #when }
    }
}

fn rights(rights: &Rights) -> TokenStream {
    let Rights { name, types, privileges, roles, given, .. } = rights;
    // The runtime's names are Debug's.
    let on = Ident::new(&format!("{:?}", rights.on), Span::call_site());
    let name = raw(name);
    let privileges = privileges.iter().map(|(word, column)| quote!((#word, #column)));
    quote! {
        &Rights {
            on: RightsOn::#on,
            name: #name,
            types: &[#(#types),*],
            privileges: &[#(#privileges),*],
            roles: &[#(#roles),*],
            given: #given,
        }
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
    let analyze = option(index.analyze.as_ref().map(statement).map(|of| quote!(&#of)));
    quote! {
        Index {
            name: #name,
            table: #table,
            unique: #unique,
            definition: #definition,
            create: &#create,
            drop: &#drop,
            analyze: #analyze,
        }
    }
}

fn backfill(backfill: &Backfill) -> TokenStream {
    let set = backfill.assignments();
    let (table, set, pending) = (raw(&backfill.table), raw(&set), raw(&backfill.pending));
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

fn require(require: &NoRows) -> TokenStream {
    let NoRows { table, violation, problem, help } = require;
    quote! {
        NoRows {
            table: #table,
            violation: #violation,
            problem: #problem,
            help: #help,
        }
    }
}

fn alone(alone: &NonTransactional) -> TokenStream {
    let done = option(alone.done.as_deref().map(raw));
    let (statement, mend) = (statement(&alone.statement), alone.mend.iter().map(mend));
    quote! {
        NonTransactional { statement: &#statement, done: #done, mend: &[#(#mend),*] }
    }
}

fn mend(mend: &Cleanup) -> TokenStream {
    let (when, statement) = (raw(&mend.when), statement(&mend.statement));
    quote! {
        Cleanup { when: #when, statement: #statement }
    }
}

fn bound(bound: &SizeLimit) -> TokenStream {
    let SizeLimit { table, max_rows, reason } = bound;
    quote! {
        SizeLimit { table: #table, max_rows: #max_rows, reason: #reason }
    }
}
