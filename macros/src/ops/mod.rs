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
pub(crate) mod compact_table;
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
pub(crate) mod delete_rows;
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
pub(crate) mod keep_partitions;
pub(crate) mod merge_columns;
pub(crate) mod move_rows;
pub(crate) mod partition_table;
pub(crate) mod rebuild_index;
pub(crate) mod refresh_materialized_view;
pub(crate) mod reindex_table;
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
pub(crate) mod set_replica_identity;
pub(crate) mod set_statistics;
pub(crate) mod set_storage;
pub(crate) mod set_storage_parameters;
pub(crate) mod set_unlogged;
pub(crate) mod split_column;
pub(crate) mod sql;
pub(crate) mod validate_constraint;

/// The table of operations: `with!` is called with every macro's name and type. What a user reads of
/// it stands beside its file, in Markdown.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            create_table: CreateTable,
            drop_table: DropTable,
            partition_table: PartitionTable,
            create_partition: CreatePartition,
            attach_partition: AttachPartition,
            detach_partition: DetachPartition,
            keep_partitions: KeepPartitions,
            set_logged: SetLogged,
            set_unlogged: SetUnlogged,
            set_storage_parameters: SetStorageParameters,
            set_replica_identity: SetReplicaIdentity,
            rename_table: RenameTable,
            add_column: AddColumn,
            rename_column: RenameColumn,
            split_column: SplitColumn,
            merge_columns: MergeColumns,
            change_type: ChangeType,
            backfill: Backfill,
            delete_rows: DeleteRows,
            move_rows: MoveRows,
            compact_table: CompactTable,
            reindex_table: ReindexTable,
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
            validate_constraint: ValidateConstraint,
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
