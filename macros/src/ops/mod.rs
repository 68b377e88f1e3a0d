//! The operations: one file each, one line in the table below.

pub(crate) mod add_check;
pub(crate) mod add_column;
pub(crate) mod add_enum_value;
pub(crate) mod add_exclusion;
pub(crate) mod add_foreign_key;
pub(crate) mod add_generated_column;
pub(crate) mod add_identity;
pub(crate) mod add_index;
pub(crate) mod add_primary_key;
pub(crate) mod add_unique;
pub(crate) mod attach_partition;
pub(crate) mod backfill;
pub(crate) mod change_domain;
pub(crate) mod change_primary_key;
pub(crate) mod change_sequence;
pub(crate) mod change_type;
pub(crate) mod create_domain;
pub(crate) mod create_enum;
pub(crate) mod create_extension;
pub(crate) mod create_function;
pub(crate) mod create_materialized_view;
pub(crate) mod create_partition;
pub(crate) mod create_policy;
pub(crate) mod create_schema;
pub(crate) mod create_sequence;
pub(crate) mod create_table;
pub(crate) mod create_trigger;
pub(crate) mod create_view;
pub(crate) mod detach_partition;
pub(crate) mod disable_row_level_security;
pub(crate) mod drop_column;
pub(crate) mod drop_constraint;
pub(crate) mod drop_default;
pub(crate) mod drop_domain;
pub(crate) mod drop_enum;
pub(crate) mod drop_enum_value;
pub(crate) mod drop_extension;
pub(crate) mod drop_function;
pub(crate) mod drop_generated;
pub(crate) mod drop_identity;
pub(crate) mod drop_index;
pub(crate) mod drop_materialized_view;
pub(crate) mod drop_not_null;
pub(crate) mod drop_policy;
pub(crate) mod drop_schema;
pub(crate) mod drop_sequence;
pub(crate) mod drop_table;
pub(crate) mod drop_trigger;
pub(crate) mod drop_view;
pub(crate) mod enable_row_level_security;
pub(crate) mod grant;
pub(crate) mod merge_columns;
pub(crate) mod rebuild_index;
pub(crate) mod refresh_materialized_view;
pub(crate) mod rename_column;
pub(crate) mod rename_constraint;
pub(crate) mod rename_enum_value;
pub(crate) mod rename_index;
pub(crate) mod rename_table;
pub(crate) mod replace_function;
pub(crate) mod replace_index;
pub(crate) mod replace_policy;
pub(crate) mod replace_trigger;
pub(crate) mod replace_view;
pub(crate) mod revoke;
pub(crate) mod set_comment;
pub(crate) mod set_compression;
pub(crate) mod set_default;
pub(crate) mod set_logged;
pub(crate) mod set_not_null;
pub(crate) mod set_statistics;
pub(crate) mod set_storage;
pub(crate) mod set_storage_parameters;
pub(crate) mod set_unlogged;
pub(crate) mod split_column;
pub(crate) mod sql;

use proc_macro2::Span;
use syn::parse::ParseStream;

use crate::diag::Errors;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::Direct;
use crate::plan::Step;

/// The table of operations: `with!` is called with every macro's name and type. What a user reads of
/// it stands beside its file, in Markdown.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            create_table: CreateTable,
            drop_table: DropTable,
            create_partition: CreatePartition,
            attach_partition: AttachPartition,
            detach_partition: DetachPartition,
            set_logged: SetLogged,
            set_unlogged: SetUnlogged,
            set_storage_parameters: SetStorageParameters,
            rename_table: RenameTable,
            add_column: AddColumn,
            rename_column: RenameColumn,
            split_column: SplitColumn,
            merge_columns: MergeColumns,
            change_type: ChangeType,
            backfill: Backfill,
            drop_column: DropColumn,
            add_generated_column: AddGeneratedColumn,
            drop_generated: DropGenerated,
            add_identity: AddIdentity,
            drop_identity: DropIdentity,
            set_not_null: SetNotNull,
            drop_not_null: DropNotNull,
            set_default: SetDefault,
            set_comment: SetComment,
            set_statistics: SetStatistics,
            set_storage: SetStorage,
            set_compression: SetCompression,
            drop_default: DropDefault,
            add_index: AddIndex,
            add_check: AddCheck,
            add_foreign_key: AddForeignKey,
            add_unique: AddUnique,
            add_primary_key: AddPrimaryKey,
            change_primary_key: ChangePrimaryKey,
            add_exclusion: AddExclusion,
            drop_constraint: DropConstraint,
            rename_constraint: RenameConstraint,
            drop_index: DropIndex,
            rebuild_index: RebuildIndex,
            rename_index: RenameIndex,
            replace_index: ReplaceIndex,
            create_view: CreateView,
            replace_view: ReplaceView,
            drop_view: DropView,
            create_materialized_view: CreateMaterializedView,
            refresh_materialized_view: RefreshMaterializedView,
            drop_materialized_view: DropMaterializedView,
            create_function: CreateFunction,
            replace_function: ReplaceFunction,
            drop_function: DropFunction,
            create_trigger: CreateTrigger,
            replace_trigger: ReplaceTrigger,
            drop_trigger: DropTrigger,
            create_policy: CreatePolicy,
            replace_policy: ReplacePolicy,
            drop_policy: DropPolicy,
            enable_row_level_security: EnableRowLevelSecurity,
            disable_row_level_security: DisableRowLevelSecurity,
            grant: Grant,
            revoke: Revoke,
            create_schema: CreateSchema,
            drop_schema: DropSchema,
            create_enum: CreateEnum,
            add_enum_value: AddEnumValue,
            rename_enum_value: RenameEnumValue,
            drop_enum_value: DropEnumValue,
            drop_enum: DropEnum,
            create_domain: CreateDomain,
            change_domain: ChangeDomain,
            drop_domain: DropDomain,
            create_extension: CreateExtension,
            drop_extension: DropExtension,
            create_sequence: CreateSequence,
            change_sequence: ChangeSequence,
            drop_sequence: DropSequence,
            sql: Sql,
        }
    };
}
pub(crate) use operations;

/// What every operation says of itself, in the order in which it is asked.
pub(crate) trait Operation: Sized {
    /// What `check` found in the schema, and `plan` needs.
    type Facts;

    /// Its own rules that `allow(…)` may silence.
    const RULES: &'static [&'static str] = &[];

    /// Reads the macro's argument.
    fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self>;

    /// Outside a migration: puts into an empty schema what the change itself states of it.
    fn assume(&self, schema: &mut Schema, errors: &mut Errors);

    /// The objects that it makes, alters or drops.
    fn claims(&self) -> Vec<Claim>;

    /// Whether it can be done to this schema; errors otherwise.
    fn check(&self, schema: &Schema, errors: &mut Errors) -> Option<Self::Facts>;

    /// `at` orders the triggers of several changes.
    fn plan(&self, facts: &Self::Facts, at: Position) -> Plan;

    /// The one-step form, which reads or writes every row under its lock: for a table that this
    /// migration makes, or that is declared small. None where `plan` is one step in any case, and
    /// where the steps are not there because of the rows.
    fn direct(&self, _: &Self::Facts) -> Option<Direct> {
        None
    }

    /// Why there is no other form than the direct one, and the token that it is about.
    fn only_direct(&self, _: &Self::Facts) -> Option<(Span, &'static str)> {
        None
    }

    /// Makes the schema what it is afterwards, as well as it can if `check` found errors: what
    /// follows is then checked against what was meant.
    fn apply(&self, schema: &mut Schema);

    /// The same for the direct form, where that ends as something else.
    fn apply_direct(&self, schema: &mut Schema) {
        self.apply(schema);
    }
}

/// What a client notices when a column comes.
fn more_columns() -> String {
    "a prepared `select *` or `returning *` fails once (0A000) when the column comes, and a `copy` \
     without a column list for good; name the columns instead"
        .into()
}

/// What a client notices when a column goes.
fn fewer_columns() -> String {
    "a prepared `select *` or `returning *` fails once (0A000) when the column goes, and an `insert` without a column list for good".into()
}

/// The steps of a change, and what clients will notice although it is safe.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) notes: Vec<String>,
    /// Whether it is the one-step form, which leaves nothing to a contract.
    pub(crate) is_direct: bool,
}

impl Plan {
    pub(crate) fn of(steps: Vec<Step>) -> Self {
        Plan { steps, ..Plan::default() }
    }

    pub(crate) fn noting(steps: Vec<Step>, notes: Vec<String>) -> Self {
        Plan { steps, notes, is_direct: false }
    }
}
