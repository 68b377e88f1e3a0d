//! Forms of raw SQL that hurt, or that the history has to know of, and what to write instead.
//!
//! The catalog of unsafe forms is what nine tools refuse, with the locks that were measured.

use crate::grammar::{Kind as K, Node};
use crate::lint::form::Form;

/// A form of a statement that `sql!` refuses.
pub(crate) struct Rule {
    /// What it is a part of, and the part; a statement as a whole is a part of itself.
    pub(crate) form: Form,
    /// Reads as "allow ⟨rule⟩"; without the underscores it is SQL.
    pub(crate) name: &'static str,
    /// What it does, behind its words.
    pub(crate) does: &'static str,
    /// What to write, or to do, in its place, with places for the names of the statement
    /// (`template.rs`).
    pub(crate) instead: &'static str,
}

const UNKNOWN: &str = "changes what later changes are checked against";
const LOSES: &str = "removes what builds that are live may still use";
const BREAKS: &str = "fails every build that uses the old name";
const REWRITES: &str = "rewrites the table while nobody can read it";
const SCANS: &str = "reads every row while nobody can write";
const BUILDS: &str = "builds an index while nobody can write";
const LOCKS_ROWS: &str = "locks every row that it writes until its transaction ends";
const LASTS: &str = "takes as long as its query, with its transaction open";
const OPAQUE: &str = "hides what it does and locks";
/// None of these can be allowed: the runner could not carry them out.
const NOT_OURS: &str =
    "is for the runner to say, which records each step in the step's own transaction";
const OUTSIDE: &str = "runs outside a transaction alone, where its end cannot be recorded with it";
const NO_CHANGE: &str = "is no change of a schema";

const fn rule(form: Form, name: &'static str, does: &'static str, instead: &'static str) -> Rule {
    Rule { form, name, does, instead }
}

const fn whole(form: K, name: &'static str, does: &'static str, instead: &'static str) -> Rule {
    Rule { form: (form, form), name, does, instead }
}

const fn table(form: K, name: &'static str, does: &'static str, instead: &'static str) -> Rule {
    Rule { form: (K::ALTER_TABLE, form), name, does, instead }
}

impl Rule {
    /// The form in SQL.
    pub(crate) fn words(&self) -> String {
        self.name.replace('_', " ")
    }

    /// Returns what the form does as this statement has it.
    pub(crate) fn does_in(&self, statement: Node, part: Node) -> &'static str {
        let is_concurrent = statement.find(K::CONCURRENTLY_KW).is_some();
        match statement.kind() {
            K::CREATE_INDEX | K::REINDEX if is_concurrent => OUTSIDE,
            K::REFRESH if is_concurrent => LASTS,
            _ if self.does == SCANS && part.has(K::NOT_VALID) => UNKNOWN,
            _ => self.does,
        }
    }

    /// Tells whether it makes what later changes would name.
    pub(crate) fn makes(&self) -> bool {
        const MAKE: [&str; 5] =
            ["add_column", "create_partition", "create_table", "create_table_as", "select_into"];
        MAKE.contains(&self.name)
    }

    /// Tells whether it takes something away or writes rows, so that a baseline has no need of it. A
    /// trigger that is disabled is there.
    pub(crate) fn changes_what_is_there(&self) -> bool {
        [LOSES, BREAKS, LOCKS_ROWS].contains(&self.does) && self.name != "disable_trigger"
    }

    pub(crate) fn can_be_allowed(&self) -> bool {
        ![NOT_OURS, OUTSIDE, NO_CHANGE].contains(&self.does)
    }
}

#[rustfmt::skip]
pub(crate) const RULES: &[Rule] = &[
    table(K::ADD_COLUMN, "add_column", UNKNOWN, "add_column!({t}.{n}: {def})"),
    rule((K::ADD_COLUMN, K::GENERATED_CONSTRAINT), "add_generated_column", REWRITES, "add_generated_column!({t}.{n}: {ty} = \"{check}\", stored)"),
    table(K::DROP_COLUMN, "drop_column", LOSES, "drop_column!({t}.{c})"),
    table(K::RENAME_COLUMN, "rename_column", BREAKS, "rename_column!({t}.{c} => {n})"),
    rule((K::ALTER_COLUMN, K::SET_TYPE), "alter_column_type", REWRITES, "change_type!({t}.{c}: {ty})"),
    rule((K::ALTER_COLUMN, K::SET_NOT_NULL), "set_not_null", SCANS, "set_not_null!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::DROP_NOT_NULL), "drop_not_null", UNKNOWN, "drop_not_null!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::SET_DEFAULT), "set_default", UNKNOWN, "set_default!({t}.{c}, …)"),
    rule((K::ALTER_COLUMN, K::DROP_DEFAULT), "drop_default", UNKNOWN, "drop_default!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::ADD_GENERATED), "add_identity", UNKNOWN, "add_identity!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::SET_GENERATED_OPTIONS), "set_identity", UNKNOWN, "add_identity!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::RESTART), "restart_identity", UNKNOWN, "add_identity!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::DROP_IDENTITY), "drop_identity", UNKNOWN, "drop_identity!({t}.{c})"),
    rule((K::ALTER_COLUMN, K::SET_EXPRESSION), "set_expression", REWRITES, "add_generated_column!({t}.…: …)"),
    rule((K::ALTER_COLUMN, K::DROP_EXPRESSION), "drop_expression", UNKNOWN, "add_column!({t}.…: …)"),
    rule((K::ALTER_COLUMN, K::SET_STATISTICS), "set_statistics", UNKNOWN, "set_statistics!({t}.{c}, …)"),
    rule((K::ALTER_COLUMN, K::SET_STORAGE), "set_storage", UNKNOWN, "set_storage!({t}.{c}, …)"),
    rule((K::ALTER_COLUMN, K::SET_COMPRESSION), "set_compression", UNKNOWN, "set_compression!({t}.{c}, …)"),
    rule((K::ADD_CONSTRAINT, K::CHECK_CONSTRAINT), "add_check", SCANS, "add_check!({t}, \"{check}\"{more})"),
    rule((K::ADD_CONSTRAINT, K::FOREIGN_KEY_CONSTRAINT), "add_foreign_key", SCANS, "add_foreign_key!({key} => {target}{more})"),
    rule((K::ADD_CONSTRAINT, K::UNIQUE_CONSTRAINT), "add_unique", BUILDS, "add_unique!({t}({c}){more})"),
    rule((K::ADD_CONSTRAINT, K::PRIMARY_KEY_CONSTRAINT), "add_primary_key", BUILDS, "add_primary_key!({t}({c}){more})"),
    rule((K::ADD_CONSTRAINT, K::EXCLUDE_CONSTRAINT), "add_exclude", BUILDS, "add_exclusion!({t}, …)"),
    rule((K::ADD_CONSTRAINT, K::NOT_NULL_CONSTRAINT), "add_not_null", SCANS, "set_not_null!({t}.{c})"),
    table(K::DROP_CONSTRAINT, "drop_constraint", UNKNOWN, "drop_constraint!({t}.{was})"),
    table(K::RENAME_CONSTRAINT, "rename_constraint", UNKNOWN, "rename_constraint!({t}.{was} => {n})"),
    table(K::VALIDATE_CONSTRAINT, "validate_constraint", UNKNOWN, "add_check!({t}, \"…\"), which validates what it adds"),
    table(K::ALTER_CONSTRAINT, "alter_constraint", UNKNOWN, "drop_constraint!({t}.…), then add_foreign_key!({t}.… => …)"),
    table(K::TABLE_RENAME_TO, "rename_table", BREAKS, "rename_table!({t} => {n})"),
    table(K::SET_SCHEMA, "set_schema", BREAKS, "rename_table!({t} => …)"),
    table(K::SET_LOGGED, "set_logged", REWRITES, "set_logged!({t}, direct(max_rows = …, reason = \"…\"))"),
    table(K::SET_UNLOGGED, "set_unlogged", REWRITES, "set_unlogged!({t}, direct(max_rows = …, reason = \"…\"))"),
    table(K::SET_TABLESPACE, "set_tablespace", REWRITES, "pg_repack, outside the migrations"),
    table(K::SET_ACCESS_METHOD, "set_access_method", REWRITES, "pg_repack, outside the migrations"),
    table(K::SET_OPTIONS, "set_storage_parameters", UNKNOWN, "set_storage_parameters!({t}, …)"),
    table(K::RESET_OPTIONS, "reset_storage_parameters", UNKNOWN, "set_storage_parameters!({t}, …)"),
    table(K::ATTACH_PARTITION, "attach_partition", SCANS, "attach_partition!({t}, …)"),
    table(K::DETACH_PARTITION, "detach_partition", LOSES, "detach_partition!(… of {t})"),
    table(K::SPLIT_PARTITION, "split_partition", REWRITES, "create_partition!(… of {t}, …)"),
    table(K::MERGE_PARTITIONS, "merge_partitions", REWRITES, "create_partition!(… of {t}, …)"),
    table(K::ENABLE_RLS, "enable_row_level_security", UNKNOWN, "enable_row_level_security!({t})"),
    table(K::DISABLE_RLS, "disable_row_level_security", UNKNOWN, "disable_row_level_security!({t})"),
    table(K::FORCE_RLS, "force_row_level_security", UNKNOWN, "enable_row_level_security!({t})"),
    table(K::NO_FORCE_RLS, "no_force_row_level_security", UNKNOWN, "disable_row_level_security!({t})"),
    table(K::DISABLE_TRIGGER, "disable_trigger", LOSES, "drop_trigger!(…)"),
    table(K::ALL_IN_TABLESPACE, "set_tablespace_of_all", REWRITES, "pg_repack, outside the migrations"),

    whole(K::CREATE_TABLE, "create_table", UNKNOWN, "create_table!({n} { … })"),
    rule((K::CREATE_TABLE, K::PARTITION_OF), "create_partition", UNKNOWN, "create_partition!({n} of {t}, …)"),
    whole(K::CREATE_TABLE_AS, "create_table_as", UNKNOWN, "create_table!({n} { … }), then backfill!({n}.… = \"…\")"),
    whole(K::SELECT_INTO, "select_into", UNKNOWN, "create_table!({n} { … }), then backfill!({n}.… = \"…\")"),
    whole(K::DROP_TABLE, "drop_table", LOSES, "drop_table!({t})"),
    whole(K::TRUNCATE, "truncate", LOSES, "drop_table!({t}), or deletes in batches by the service"),

    whole(K::CREATE_INDEX, "create_index", BUILDS, "add_index!({t}{index})"),
    whole(K::DROP_INDEX, "drop_index", LOSES, "drop_index!({t})"),
    whole(K::REINDEX, "reindex", BUILDS, "rebuild_index!({t})"),
    rule((K::ALTER_INDEX, K::INDEX_RENAME_TO), "rename_index", UNKNOWN, "rename_index!({t} => {n})"),
    rule((K::ALTER_INDEX, K::ATTACH_INDEX_PARTITION), "attach_index", UNKNOWN, "add_index!(…) on the partitioned table"),
    rule((K::ALTER_INDEX, K::SET_OPTIONS), "set_index_parameters", UNKNOWN, "replace_index!(…)"),

    rule((K::CREATE_TYPE, K::ENUM_TYPE), "create_enum", UNKNOWN, "create_enum!({n} { … })"),
    rule((K::ALTER_TYPE, K::ADD_VALUE), "add_value", UNKNOWN, "add_enum_value!({t}.…)"),
    rule((K::ALTER_TYPE, K::RENAME_VALUE), "rename_value", BREAKS, "rename_enum_value!({t}.… => …)"),
    rule((K::ALTER_TYPE, K::TYPE_RENAME_TO), "rename_type", BREAKS, "create_enum!({n} { … }), then change_type!(…)"),
    rule((K::ALTER_TYPE, K::SET_SCHEMA), "set_schema_of_type", BREAKS, "create_enum!(… { … }), then change_type!(…)"),
    whole(K::CREATE_DOMAIN, "create_domain", UNKNOWN, "create_domain!({n}: …)"),
    whole(K::DROP_DOMAIN, "drop_domain", LOSES, "drop_domain!({t})"),
    rule((K::ALTER_DOMAIN, K::ADD_CONSTRAINT), "add_domain_constraint", SCANS, "add_check!(…, \"…\") on each table that uses it"),
    rule((K::ALTER_DOMAIN, K::VALIDATE_CONSTRAINT), "validate_domain_constraint", SCANS, "add_check!(…, \"…\") on each table that uses it"),
    rule((K::ALTER_DOMAIN, K::SET_NOT_NULL), "set_domain_not_null", SCANS, "set_not_null!(…) on each column that uses it"),
    whole(K::ALTER_DOMAIN, "alter_domain", UNKNOWN, "drop_domain!({t}), then create_domain!({t}: …)"),

    whole(K::CREATE_SEQUENCE, "create_sequence", UNKNOWN, "create_sequence!({n})"),
    whole(K::DROP_SEQUENCE, "drop_sequence", LOSES, "drop_sequence!({t})"),
    whole(K::CREATE_EXTENSION, "create_extension", UNKNOWN, "create_extension!({n})"),
    whole(K::DROP_EXTENSION, "drop_extension", LOSES, "drop_extension!({t})"),
    whole(K::CREATE_SCHEMA, "create_schema", UNKNOWN, "create_schema!({n})"),
    whole(K::DROP_SCHEMA, "drop_schema", LOSES, "drop_schema!({t})"),
    rule((K::ALTER_SCHEMA, K::SCHEMA_RENAME_TO), "rename_schema", BREAKS, "create_schema!({n}), then rename_table!(… => …)"),

    whole(K::CREATE_VIEW, "create_view", UNKNOWN, "create_view!({n}, …)"),
    rule((K::CREATE_VIEW, K::OR_REPLACE), "replace_view", UNKNOWN, "replace_view!({n}, …)"),
    whole(K::ALTER_VIEW, "alter_view", UNKNOWN, "replace_view!({t}, …)"),
    whole(K::DROP_VIEW, "drop_view", LOSES, "drop_view!({t})"),
    whole(K::CREATE_MATERIALIZED_VIEW, "create_materialized_view", UNKNOWN, "create_materialized_view!({n}, …)"),
    whole(K::ALTER_MATERIALIZED_VIEW, "alter_materialized_view", UNKNOWN, "create_materialized_view!(…)"),
    whole(K::DROP_MATERIALIZED_VIEW, "drop_materialized_view", LOSES, "drop_materialized_view!({t})"),
    whole(K::REFRESH, "refresh_materialized_view", "keeps readers out while it runs", "refresh_materialized_view!({t})"),
    whole(K::CREATE_FUNCTION, "create_function", UNKNOWN, "create_function!(…)"),
    rule((K::CREATE_FUNCTION, K::OR_REPLACE), "replace_function", UNKNOWN, "replace_function!(…)"),
    whole(K::ALTER_FUNCTION, "alter_function", UNKNOWN, "replace_function!(…)"),
    whole(K::DROP_FUNCTION, "drop_function", LOSES, "drop_function!(…)"),
    whole(K::ALTER_ROUTINE, "alter_routine", UNKNOWN, "replace_function!(…)"),
    whole(K::DROP_ROUTINE, "drop_routine", LOSES, "drop_function!(…)"),
    whole(K::CREATE_TRIGGER, "create_trigger", UNKNOWN, "create_trigger!(…)"),
    whole(K::ALTER_TRIGGER, "alter_trigger", UNKNOWN, "drop_trigger!(…), then create_trigger!(…)"),
    whole(K::DROP_TRIGGER, "drop_trigger", LOSES, "drop_trigger!(…)"),
    whole(K::CREATE_POLICY, "create_policy", UNKNOWN, "create_policy!(…)"),
    whole(K::ALTER_POLICY, "alter_policy", UNKNOWN, "drop_policy!(…), then create_policy!(…)"),
    whole(K::DROP_POLICY, "drop_policy", LOSES, "drop_policy!(…)"),
    rule((K::GRANT, K::ON_PRIVILEGE_OBJECTS_CLAUSE), "grant", UNKNOWN, "grant!(…)"),
    rule((K::REVOKE, K::ON_PRIVILEGE_OBJECTS_CLAUSE), "revoke", UNKNOWN, "revoke!(…)"),
    rule((K::COMMENT_ON, K::OBJECT_TABLE), "comment_on_table", UNKNOWN, "set_comment!(table …, \"…\")"),
    rule((K::COMMENT_ON, K::OBJECT_COLUMN), "comment_on_column", UNKNOWN, "set_comment!(column …, \"…\")"),

    whole(K::UPDATE, "update", LOCKS_ROWS, "backfill!({set})"),
    whole(K::DELETE, "delete", LOCKS_ROWS, "deletes in batches by the service, or a where that names a key"),
    whole(K::MERGE, "merge", LOCKS_ROWS, "backfill!({t}.… = \"…\")"),
    rule((K::INSERT, K::SELECT), "insert_select", LOCKS_ROWS, "backfill!(…), or values for rows of reference"),
    whole(K::COPY, "copy", NO_CHANGE, "the service, or `insert` for rows of reference"),
    whole(K::LOCK, "lock_table", NOT_OURS, "locks({t} = access_exclusive) beside the statement that needs it"),
    whole(K::DO, "do", OPAQUE, "a macro, or the statements themselves"),
    whole(K::CALL, "call", OPAQUE, "a macro, or the statements themselves"),

    whole(K::CLUSTER, "cluster", REWRITES, "pg_repack, outside the migrations"),
    whole(K::CLUSTER_LEGACY, "cluster", REWRITES, "pg_repack, outside the migrations"),
    whole(K::REPACK, "repack", OUTSIDE, "pg_repack, outside the migrations"),
    whole(K::VACUUM, "vacuum", OUTSIDE, "autovacuum, or pg_repack where the table has to shrink"),
    whole(K::ALTER_SYSTEM, "alter_system", OUTSIDE, "the server's configuration"),
    whole(K::CREATE_DATABASE, "create_database", OUTSIDE, "what makes the server"),
    whole(K::DROP_DATABASE, "drop_database", OUTSIDE, "what makes the server"),
    whole(K::ALTER_DATABASE, "alter_database", NO_CHANGE, "what makes the server"),
    whole(K::CREATE_TABLESPACE, "create_tablespace", OUTSIDE, "what makes the server"),
    whole(K::DROP_TABLESPACE, "drop_tablespace", OUTSIDE, "what makes the server"),
    whole(K::CREATE_SUBSCRIPTION, "create_subscription", OUTSIDE, "what makes the server"),
    whole(K::DROP_SUBSCRIPTION, "drop_subscription", OUTSIDE, "what makes the server"),

    whole(K::BEGIN, "begin", NOT_OURS, "one sql! for all statements of a transaction"),
    whole(K::COMMIT_TRANSACTION, "commit", NOT_OURS, "one sql! for all statements of a transaction"),
    whole(K::ROLLBACK_TRANSACTION, "rollback", NOT_OURS, "undo = \"…\""),
    whole(K::SAVEPOINT_CREATE, "savepoint", NOT_OURS, "undo = \"…\""),
    whole(K::RELEASE_SAVEPOINT, "release_savepoint", NOT_OURS, "undo = \"…\""),
    whole(K::ROLLBACK_TO_SAVEPOINT, "rollback_to_savepoint", NOT_OURS, "undo = \"…\""),
    whole(K::PREPARE_TRANSACTION, "prepare_transaction", NOT_OURS, "one sql! for all statements of a transaction"),
    whole(K::SET_TRANSACTION, "set_transaction", NOT_OURS, "the runner's settings"),
    whole(K::SET, "set", NOT_OURS, "set local, if it is about the statements beside it"),
    rule((K::SET, K::LOCAL_SCOPE), "set_local", NOT_OURS, "the runner's own settings"),
    whole(K::SET_ROLE, "set_role", NOT_OURS, "the runner's own role"),
    whole(K::SET_SESSION_AUTH, "set_session_authorization", NOT_OURS, "the runner's own role"),
    whole(K::RESET, "reset", NOT_OURS, "set local"),
    whole(K::DISCARD, "discard", NOT_OURS, "set local"),
    whole(K::EXPLAIN, "explain", NO_CHANGE, "the statement itself"),
    whole(K::SHOW, "show", NO_CHANGE, "the statement itself"),
    whole(K::PREPARE, "prepare", NO_CHANGE, "the statement itself"),
    whole(K::EXECUTE, "execute", NO_CHANGE, "the statement itself"),
    whole(K::DEALLOCATE, "deallocate", NO_CHANGE, "the statement itself"),
    whole(K::DECLARE, "declare", NO_CHANGE, "the statement itself"),
    whole(K::FETCH, "fetch", NO_CHANGE, "the statement itself"),
    whole(K::MOVE, "move", NO_CHANGE, "the statement itself"),
    whole(K::CLOSE, "close", NO_CHANGE, "the statement itself"),
    whole(K::LISTEN, "listen", NO_CHANGE, "the service"),
    whole(K::UNLISTEN, "unlisten", NO_CHANGE, "the service"),
    whole(K::NOTIFY, "notify", NO_CHANGE, "the service"),
    whole(K::LOAD, "load", NO_CHANGE, "the server's configuration"),
    whole(K::CHECKPOINT, "checkpoint", NO_CHANGE, "the server's configuration"),
];

/// The names of all rules.
pub(crate) const NAMES: [&str; RULES.len()] = {
    let mut names = [""; RULES.len()];
    let mut at = 0;
    while at < RULES.len() {
        names[at] = RULES[at].name;
        at += 1;
    }
    names
};
