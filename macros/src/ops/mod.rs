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
use crate::direct::Direct;
use crate::model::names::Position;
use crate::model::{Claim, Schema};
use crate::plan::Step;

/// The table of operations: `with!` is called with every macro's name, type and documentation.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            /// Creates a table with its constraints and indexes.
            ///
            /// ```text
            /// create_table!(orders {
            ///     id: bigint identity primary_key,
            ///     customer_id: bigint not_null references(customers.id, on_delete = cascade),
            ///     status: text not_null default "pending",
            ///     total: numeric(12, 2) not_null check("total >= 0"),
            ///     created_at: timestamptz not_null default sql("now()"),
            ///     unique(customer_id, created_at),
            ///     index(status, created_at desc),
            /// });
            /// ```
            ///
            /// `unlogged` stands before the name; `with(fillfactor = 70)` and
            /// `partition_by(range(created_at))`, `list(…)` or `hash(…)`, among the items.
            ///
            /// One step, in Expand. A foreign key locks the table that it points at against
            /// writes until the transaction ends, which is at once.
            /// PostgreSQL manual: CREATE TABLE, "Table Partitioning".
            create_table: CreateTable,
            /// Drops a table, once no build uses it.
            ///
            /// ```text
            /// drop_table!(legacy_orders);
            /// ```
            ///
            /// All of it happens in Contract. PostgreSQL manual: DROP TABLE.
            drop_table: DropTable,
            /// Creates a partition of a partitioned table.
            ///
            /// ```text
            /// create_partition!(events_2027 of events, from("2027-01-01") to("2028-01-01"));
            /// create_partition!(events_eu of events, in("de", "fr"));
            /// create_partition!(events_0 of events, modulus(4) remainder(0));
            /// create_partition!(events_rest of events, default);
            /// ```
            ///
            /// A bound takes strings, numbers, `minvalue`, `maxvalue` and `null`. One step, in
            /// Expand, that blocks nobody. Where there is a `default` partition, in Migrate: a
            /// validated check first proves that it holds none of the new one's rows. An undo is
            /// refused once the partition holds rows. PostgreSQL manual: "Table Partitioning".
            create_partition: CreatePartition,
            /// Makes a table a partition of another.
            ///
            /// ```text
            /// attach_partition!(events_2020 of events, from("2020-01-01") to("2021-01-01"));
            /// ```
            ///
            /// In Migrate: the indexes that it lacks are built concurrently, a validated check
            /// proves its bound, and attaching reads nothing. It must have the columns and
            /// constraints of the other. PostgreSQL manual: ALTER TABLE, ATTACH PARTITION.
            attach_partition: AttachPartition,
            /// Makes a partition a table of its own.
            ///
            /// ```text
            /// detach_partition!(events_2020 of events);
            /// ```
            ///
            /// In Contract, when no build reads its rows through the other: concurrently, or under
            /// a brief lock where there is a `default` partition. PostgreSQL manual: ALTER TABLE,
            /// DETACH PARTITION.
            detach_partition: DetachPartition,
            /// Makes a table's rows outlive a crash of the server.
            ///
            /// ```text
            /// set_logged!(sessions, direct(max_rows = 10_000, reason = "a few per user"));
            /// ```
            ///
            /// PostgreSQL writes the table anew under a lock that blocks reads and writes, so that
            /// there is the direct form alone. PostgreSQL manual: ALTER TABLE, SET LOGGED.
            set_logged: SetLogged,
            /// Makes a table's rows cheaper to write, and lost in a crash of the server.
            ///
            /// ```text
            /// set_unlogged!(sessions, direct(max_rows = 10_000, reason = "a few per user"));
            /// ```
            ///
            /// As [`set_logged!`]. A new table is `create_table!(unlogged sessions { … })`.
            /// PostgreSQL manual: CREATE TABLE, UNLOGGED.
            set_unlogged: SetUnlogged,
            /// Sets storage parameters of a table; `default` takes one back.
            ///
            /// ```text
            /// set_storage_parameters!(orders, fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
            /// set_storage_parameters!(orders, toast.autovacuum_enabled = default);
            /// ```
            ///
            /// One step, in Expand, that blocks neither reads nor writes. PostgreSQL manual:
            /// CREATE TABLE, "Storage Parameters".
            set_storage_parameters: SetStorageParameters,
            /// Renames a table, or moves it to another schema; both names work until the contract.
            ///
            /// ```text
            /// rename_table!(users => accounts);
            /// rename_table!(invoices => billing.invoices);
            /// ```
            ///
            /// In one transaction the table gets its new name, and a view the old one: it takes
            /// reads and writes, with the rights and the row-level security of the table. The view
            /// goes in Contract, and the sequences of identity columns are named after the table.
            /// Indexes and constraints keep their names. A table with row-level security needs
            /// PostgreSQL 15, and no rights on single columns. PostgreSQL manual: ALTER TABLE, RENAME; CREATE VIEW, "Updatable Views".
            rename_table: RenameTable,
            /// Adds a column.
            ///
            /// ```text
            /// add_column!(users.plan: text not_null default "free");
            /// add_column!(users.token: uuid not_null default sql("gen_random_uuid()"));
            /// add_column!(orders.region: text not_null, fill = "coalesce(country, 'unknown')");
            /// ```
            ///
            /// A constant or stable default is one step that touches no row. A volatile default,
            /// or `fill`, takes several: the column, a trigger for what is written meanwhile, a
            /// backfill, and the NOT NULL by way of a validated check. An identity takes its
            /// numbers from a sequence until every row has one, in the order of the backfill.
            /// PostgreSQL manual: ALTER TABLE, notes on ADD COLUMN.
            add_column: AddColumn,
            /// Renames a column; both names work until the contract.
            ///
            /// ```text
            /// rename_column!(users.username => display_name);
            /// rename_column!(orders.code => number: bigint, up = "code::bigint", down = "number::text");
            /// ```
            ///
            /// A new column beside the old one, kept equal by triggers in both directions,
            /// filled, and given the old one's NOT NULL, constraints and indexes; the old one
            /// goes in Contract. With `up` and `down` it changes its type or form as well.
            rename_column: RenameColumn,
            /// Splits a column; both shapes work until the contract.
            ///
            /// ```text
            /// split_column!(users.name => {
            ///     first_name: text not_null = "split_part(name, ' ', 1)",
            ///     last_name: text = "substring(name from '^[^ ]+ (.*)$')",
            /// }, down = "concat_ws(' ', first_name, last_name)");
            /// ```
            ///
            /// New columns beside the old one, made from it by their expressions and filled;
            /// triggers keep both shapes equal, `down` making the old column from the new ones. A
            /// new column that is not null needs a value in every row, or the plan stops with
            /// samples. The old column goes in Contract, plain indexes on nothing else with it; a
            /// constraint or another index that needs it is an error.
            split_column: SplitColumn,
            /// Merges columns into one; both shapes work until the contract.
            ///
            /// ```text
            /// merge_columns!(users {
            ///     first_name = "split_part(name, ' ', 1)",
            ///     last_name = "substring(name from '^[^ ]+ (.*)$')",
            /// } => name: text, up = "concat_ws(' ', first_name, last_name)");
            /// ```
            ///
            /// The mirror image of [`split_column!`]: `up` makes the new column, and each old
            /// column has the expression that makes it from the new one.
            merge_columns: MergeColumns,
            /// Changes a column's type; the name stays.
            ///
            /// ```text
            /// change_type!(orders.note: varchar(200));
            /// change_type!(orders.amount: numeric(12, 2));
            /// change_type!(orders.code: integer, up = "code::integer", down = "code::text");
            /// change_type!(orders.placed_at: timestamptz, zone = "UTC");
            /// change_type!(users.id: bigint, with(orders.user_id, invoices.user_id));
            /// ```
            ///
            /// Where the catalog alone changes and drivers see the same type (`varchar` and
            /// `numeric` with more room), it is one step, in Expand. All else is a second column,
            /// filled and kept up to date, that takes the first one's place and name at the switch,
            /// with its NOT NULL, default, constraints, indexes, privileges and comments:
            /// `switch!(m)` says that every build reads and writes either type under the name,
            /// `contract!(m)` that nobody goes back. `up` and `down` are for what no cast converts
            /// without loss; a value that `up` cannot take fails the write that brings it.
            /// PostgreSQL manual: ALTER TABLE, notes on SET DATA TYPE.
            change_type: ChangeType,
            /// Fills columns of rows, in many short transactions.
            ///
            /// ```text
            /// backfill!(orders.label = "case when priority >= 8 then 'high' else 'low' end");
            /// backfill!(orders { net = "total * 0.8", tax = "total * 0.2" }, where = "net is null");
            /// backfill!(orders.label, with = crate::labels::label, read(priority, note));
            /// ```
            ///
            /// `where` is the condition that a row meets until it is filled, by default that the
            /// column is null. A trigger does the same, until the contract, for rows that builds
            /// write meanwhile; `once` leaves it out, where every live build writes the values
            /// itself. An undo leaves the values.
            ///
            /// With `with` an asynchronous function of the service makes the values, a batch after
            /// the other: `async fn label(rows: Vec<(i32, Option<String>)>) -> Result<Vec<String>, E>`
            /// takes the columns that `read` names and gives back, in the same order, those that
            /// are filled. It may be called more than once for a row; a row that a client changed
            /// meanwhile is read again. `key` names columns that are unique and not null, by
            /// default the primary key. PostgreSQL manual: UPDATE.
            backfill: Backfill,
            /// Drops a column, once no build names it.
            ///
            /// ```text
            /// drop_column!(orders.legacy_tracking_id);
            /// drop_column!(orders.channel, fill = "'web'");
            /// ```
            ///
            /// `fill` is what old builds read, until the contract, in rows of builds that no
            /// longer write the column; one that is not null and has no default needs it.
            /// PostgreSQL manual: ALTER TABLE, notes on DROP COLUMN.
            drop_column: DropColumn,
            /// Adds a column that is computed from the others of its row.
            ///
            /// ```text
            /// add_generated_column!(users.shout: text = "upper(username)", stored);
            /// add_generated_column!(users.initial: text = "substr(username, 1, 1)", virtual);
            /// ```
            ///
            /// `virtual`, on PostgreSQL 18 and newer, is one step that touches no row. PostgreSQL
            /// adds a `stored` one by a rewrite, and turns no plain column into one: so it is a
            /// plain column that a trigger keeps, for good; what a build writes to it is passed
            /// over. On a table that the same migration makes, and with `direct(…)`, it is
            /// PostgreSQL's own. Manual: "Generated Columns".
            add_generated_column: AddGeneratedColumn,
            /// Makes a generated column a plain one that builds write.
            ///
            /// ```text
            /// drop_generated!(users.shout);
            /// ```
            ///
            /// One step, in Contract; the values stay. Until it has run no build may write the
            /// column. PostgreSQL manual: ALTER TABLE, DROP EXPRESSION.
            drop_generated: DropGenerated,
            /// Lets PostgreSQL number a column that is there.
            ///
            /// ```text
            /// add_identity!(orders.number);
            /// add_identity!(orders.number, always, increment = 10);
            /// ```
            ///
            /// For an integer column that is not null, whose numbers builds write themselves, or
            /// take from a sequence by the column's default (`serial`). The identity starts past
            /// the highest number, which an index that begins with the column tells at once; where
            /// there is none, only a table declared small is read for it. Until the contract a
            /// trigger moves the identity past numbers that old builds write; `always`, by which
            /// PostgreSQL refuses such numbers, holds from then on. PostgreSQL manual: ALTER TABLE,
            /// ADD GENERATED.
            add_identity: AddIdentity,
            /// Takes the numbering of a column away, once every build writes the column.
            ///
            /// ```text
            /// drop_identity!(orders.number);
            /// ```
            ///
            /// In Contract; the sequence goes along, the column stays NOT NULL. An identity that is
            /// `always` lets builds write numbers of their own from Expand on.
            /// PostgreSQL manual: ALTER TABLE, DROP IDENTITY.
            drop_identity: DropIdentity,
            /// Makes a column NOT NULL.
            ///
            /// ```text
            /// set_not_null!(users.email, fill = "'unknown-' || id");
            /// ```
            ///
            /// `fill` gives rows without a value one, and those that old builds write until the
            /// contract. Without it the plan looks for such rows first and stops with samples of
            /// them. No row is read under a lock that blocks. PostgreSQL manual: ALTER TABLE,
            /// SET NOT NULL.
            set_not_null: SetNotNull,
            /// Lets a column be null.
            ///
            /// ```text
            /// drop_not_null!(users.email);
            /// ```
            ///
            /// One step, in Expand. PostgreSQL manual: ALTER TABLE, DROP NOT NULL.
            drop_not_null: DropNotNull,
            /// Gives a column a default, for new rows.
            ///
            /// ```text
            /// set_default!(orders.status, "new");
            /// ```
            ///
            /// One step, in Expand. PostgreSQL manual: ALTER TABLE, SET DEFAULT.
            set_default: SetDefault,
            /// Says what a table or a column is for.
            ///
            /// ```text
            /// set_comment!(table users, "everybody with a login");
            /// set_comment!(column users.email, "where receipts go");
            /// set_comment!(column users.email, none);
            /// ```
            ///
            /// One step, in Expand, which blocks neither reads nor writes. PostgreSQL manual:
            /// COMMENT.
            set_comment: SetComment,
            /// Sets how large a sample of a column the planner's statistics are made from.
            ///
            /// ```text
            /// set_statistics!(orders.customer_id, 500);
            /// ```
            ///
            /// From 0 to 10,000; PostgreSQL's own is 100. One step, in Expand, which blocks neither
            /// reads nor writes; it holds from the next `analyze` on. PostgreSQL manual: ALTER
            /// TABLE, SET STATISTICS.
            set_statistics: SetStatistics,
            /// Sets whether a column's long values are compressed, and kept beside the row.
            ///
            /// ```text
            /// set_storage!(documents.body, external);
            /// ```
            ///
            /// `plain`, `external`, `extended` or `main`. One step, in Expand, for new values.
            /// PostgreSQL manual: "TOAST".
            set_storage: SetStorage,
            /// Sets how a column's long values are compressed.
            ///
            /// ```text
            /// set_compression!(documents.body, lz4);
            /// ```
            ///
            /// `pglz` or `lz4`, which not every server was built with. One step, in Expand, for new
            /// values. PostgreSQL manual: ALTER TABLE, SET COMPRESSION.
            set_compression: SetCompression,
            /// Takes a column's default away, once every build writes the column.
            ///
            /// ```text
            /// drop_default!(orders.status);
            /// ```
            ///
            /// One step, in Contract. PostgreSQL manual: ALTER TABLE, DROP DEFAULT.
            drop_default: DropDefault,
            /// Adds an index, built concurrently.
            ///
            /// ```text
            /// add_index!(orders(status, created_at desc), where = "status <> 'done'");
            /// add_index!(users(sql("lower(email)")), unique, name = users_email_key);
            /// ```
            ///
            /// A key takes `collate("C")`, an operator class with its parameters
            /// (`text_pattern_ops`, `gist_trgm_ops(siglen = 32)`), `asc` or `desc`, `nulls_first`
            /// or `nulls_last`. Options: `unique`, `nulls_not_distinct` (PostgreSQL 15), `where`,
            /// `using`, `include(…)`, `with(fillfactor = 70)`, `tablespace`, `name`. PostgreSQL
            /// manual: CREATE INDEX, "Building Indexes Concurrently".
            add_index: AddIndex,
            /// Adds a check, and proves it for the rows that are there.
            ///
            /// ```text
            /// add_check!(orders, "total >= 0", name = orders_total_positive);
            /// add_check!(orders, "stock >= 0", fill(stock = "0"));
            /// ```
            ///
            /// The plan looks for rows that break it first and stops with samples of them; with
            /// `fill` it mends them, and until the contract those that old builds write. Then
            /// the check holds for new rows (`not valid`), and a step of its own reads the old
            /// ones. No row is read under a lock that blocks. Options: `name`, `no_inherit`.
            /// PostgreSQL manual: ALTER TABLE, VALIDATE CONSTRAINT.
            add_check: AddCheck,
            /// Adds a foreign key, and proves it for the rows that are there.
            ///
            /// ```text
            /// add_foreign_key!(orders.customer_id => customers.id, on_delete = cascade);
            /// add_foreign_key!(orders(region, customer) => customers(region, id), match = full);
            /// add_foreign_key!(orders.referrer_id => users.id, fill = "null");
            /// ```
            ///
            /// The plan looks for rows that point nowhere first and stops with samples of them;
            /// with `fill` it mends them, and until the contract those that old builds write.
            /// Then the key holds for new rows (`not valid`; both tables are locked against writes
            /// for a moment, the one that it points at first), and a step of its own reads the
            /// old ones. Options: `name`, `on_delete`, `on_update`, `match = full`, `deferrable`,
            /// `initially_deferred`. PostgreSQL manual: ALTER TABLE, VALIDATE CONSTRAINT.
            add_foreign_key: AddForeignKey,
            /// Adds a unique constraint by way of an index that is built concurrently.
            ///
            /// ```text
            /// add_unique!(users(email));
            /// add_unique!(users(team_id, email), include(name), name = users_email_in_team);
            /// ```
            ///
            /// The plan looks for rows that are equal first and stops with samples of them. Equal
            /// rows have to be mended before: no trigger could mend what old builds write, for it
            /// does not see what other transactions are about to commit. Options: `name`,
            /// `include(…)`, `nulls_not_distinct`, `deferrable`, `initially_deferred`. PostgreSQL
            /// manual: ALTER TABLE, ADD table_constraint_using_index.
            add_unique: AddUnique,
            /// Adds a primary key by way of an index that is built concurrently.
            ///
            /// ```text
            /// add_primary_key!(events(id));
            /// ```
            ///
            /// The plan looks for nulls and equal rows first and stops with samples of them, and
            /// makes the columns NOT NULL by a validated check. Options: `name`, `include(…)`,
            /// `deferrable`, `initially_deferred`. PostgreSQL manual: ALTER TABLE, ADD
            /// table_constraint_using_index.
            add_primary_key: AddPrimaryKey,
            /// Gives a table another primary key.
            ///
            /// ```text
            /// change_primary_key!(orders(id, region));
            /// ```
            ///
            /// The new key's index is built concurrently; the keys are swapped in one statement in
            /// Contract, because old builds may say `on conflict` with the old key's columns. No
            /// foreign key may point at the old key. Options: those of `add_primary_key!`; without
            /// `name` the new key has the old one's. PostgreSQL manual: ALTER TABLE, ADD
            /// table_constraint_using_index.
            change_primary_key: ChangePrimaryKey,
            /// Adds an exclusion constraint: no two rows may compare true in all of its elements.
            ///
            /// ```text
            /// add_exclusion!(
            ///     bookings(room with "=", during with "&&"), using = gist, where = "not cancelled",
            ///     direct(max_rows = 10_000, reason = "one hotel"),
            /// );
            /// ```
            ///
            /// PostgreSQL has no form that lets clients go on: on a table that the same migration
            /// does not make, it takes `direct`. Options: `using`, `where`, `name`, `deferrable`,
            /// `initially_deferred`. PostgreSQL manual: CREATE TABLE, EXCLUDE.
            add_exclusion: AddExclusion,
            /// Drops a constraint.
            ///
            /// ```text
            /// drop_constraint!(orders.orders_total_check);
            /// ```
            ///
            /// A check, or a foreign key that only forbids, goes in Expand, before any build
            /// writes what it forbids; its undo looks for such rows, and brings it back by NOT
            /// VALID and a validation. A key, which `on conflict` of old builds may name, and a
            /// foreign key that acts (`on_delete = cascade` and its like) go in Contract, when no
            /// build relies on them. PostgreSQL manual: ALTER TABLE, DROP CONSTRAINT.
            drop_constraint: DropConstraint,
            /// Renames a constraint, and its index along with it.
            ///
            /// ```text
            /// rename_constraint!(users.users_email_key => users_address_key);
            /// ```
            ///
            /// One step: in Expand for a check or a foreign key, which no statement of a client
            /// can name, in Contract for what has an index (`on conflict on constraint`).
            /// PostgreSQL manual: ALTER TABLE, RENAME CONSTRAINT.
            rename_constraint: RenameConstraint,
            /// Drops an index, once no build needs it.
            ///
            /// ```text
            /// drop_index!(orders_status_created_at_idx);
            /// ```
            ///
            /// One step, in Contract, concurrently. PostgreSQL manual: DROP INDEX.
            drop_index: DropIndex,
            /// Builds an index anew in its place, a constraint's too: one that has grown, or is
            /// broken.
            ///
            /// ```text
            /// rebuild_index!(orders_status_created_at_idx);
            /// ```
            ///
            /// One step, in Migrate, concurrently; what an interrupted rebuild leaves is dropped
            /// before the next try. PostgreSQL manual: REINDEX, "Rebuilding Indexes Concurrently".
            rebuild_index: RebuildIndex,
            /// Renames an index.
            ///
            /// ```text
            /// rename_index!(orders_status_created_at_idx => orders_by_status);
            /// ```
            ///
            /// One step, in Expand, that locks the index alone. PostgreSQL manual: ALTER INDEX.
            rename_index: RenameIndex,
            /// Replaces an index by another, which gets its name.
            ///
            /// ```text
            /// replace_index!(users_email_idx => users(sql("lower(email)"), id), unique);
            /// ```
            ///
            /// The new one is built concurrently under a name of its own; in Contract, when no
            /// build needs the old one for its speed or its `on conflict`, that is dropped
            /// concurrently and the new one renamed. Options as of [`add_index!`], without
            /// `name`. PostgreSQL manual: CREATE INDEX, "Building Indexes Concurrently".
            replace_index: ReplaceIndex,
            /// Creates a view.
            ///
            /// ```text
            /// create_view!(active_users, "select id, name from users where deleted_at is null");
            /// create_view!(totals(customer, total), "select customer_id, sum(total) from orders group by 1");
            /// ```
            ///
            /// A name without a schema is one of `public`, whatever the session's search path.
            /// Options: `security_barrier`, `security_invoker` (PostgreSQL 15), `check_option =
            /// local | cascaded`. One step, in Expand. PostgreSQL manual: CREATE VIEW.
            create_view: CreateView,
            /// Gives a view another query.
            ///
            /// ```text
            /// replace_view!(active_users, "select id, name, plan from users where deleted_at is null");
            /// ```
            ///
            /// The same columns, or more at the end, are one step in Expand, and the undo brings
            /// the former query back. Fewer columns, or another order, wait for the contract:
            /// there the view is dropped and made again in one transaction, with the views that
            /// stand on it and the privileges on them. PostgreSQL manual: CREATE VIEW.
            replace_view: ReplaceView,
            /// Drops a view, once no build reads it.
            ///
            /// ```text
            /// drop_view!(active_users);
            /// ```
            ///
            /// One step, in Contract; refused while anything of the model needs the view.
            /// PostgreSQL manual: DROP VIEW.
            drop_view: DropView,
            /// Creates a materialized view, and fills it.
            ///
            /// ```text
            /// create_materialized_view!(totals(customer, total),
            ///     "select customer_id, sum(total) from orders group by 1", unique(customer));
            /// ```
            ///
            /// `unique` are the columns that tell its rows apart; PostgreSQL needs their index to
            /// refresh it while clients read. Made empty in Expand, filled in Migrate: new builds
            /// wait for that. PostgreSQL manual: CREATE MATERIALIZED VIEW.
            create_materialized_view: CreateMaterializedView,
            /// Fills a materialized view anew, while clients read it.
            ///
            /// ```text
            /// refresh_materialized_view!(totals);
            /// ```
            ///
            /// One step, in Migrate, concurrently. PostgreSQL manual: REFRESH MATERIALIZED VIEW.
            refresh_materialized_view: RefreshMaterializedView,
            /// Drops a materialized view, once no build reads it.
            ///
            /// ```text
            /// drop_materialized_view!(totals);
            /// ```
            ///
            /// One step, in Contract; refused while anything of the model needs it. PostgreSQL
            /// manual: DROP MATERIALIZED VIEW.
            drop_materialized_view: DropMaterializedView,
            /// Creates a function.
            ///
            /// ```text
            /// create_function!(total_of(customer: bigint, since: date default "2020-01-01") returns numeric,
            ///     language = sql, stable,
            ///     body = "select sum(total) from orders where customer_id = customer and created_at >= since");
            /// create_function!(touch() returns trigger, language = plpgsql,
            ///     body = "begin new.updated_at := now(); return new; end");
            /// ```
            ///
            /// It returns a type, `setof` a type, `table(column: type, …)`, `trigger` or `void`.
            /// In its body a name without a schema is one of `public`, whoever calls it:
            /// `search_path = "…"` names other schemas, and `search_path = caller` leaves it to
            /// the caller, so that PostgreSQL can set the body into the calling query. Options:
            /// `immutable`, `stable`, `strict`, `security_definer`, `parallel_safe`.
            /// One step, in Expand. PostgreSQL manual: CREATE FUNCTION.
            create_function: CreateFunction,
            /// Gives a function another body.
            ///
            /// ```text
            /// replace_function!(total_of(customer: bigint) returns numeric, language = sql, body = "…");
            /// ```
            ///
            /// One step, in Expand, under no lock of a table; the undo brings the former body
            /// back. Other arguments, or another type that it returns, make another function.
            /// PostgreSQL manual: CREATE FUNCTION, "Notes".
            replace_function: ReplaceFunction,
            /// Drops a function, once nothing calls it.
            ///
            /// ```text
            /// drop_function!(total_of(bigint));
            /// ```
            ///
            /// The types tell it from others of its name. One step, in Contract; refused while
            /// anything of the model uses it. PostgreSQL manual: DROP FUNCTION.
            drop_function: DropFunction,
            /// Creates a trigger.
            ///
            /// ```text
            /// create_trigger!(stamp on users, before(insert, update(name)), function = touch);
            /// create_trigger!(audit on orders, after(delete), each = statement, old_table = gone, function = log, args("orders"));
            /// ```
            ///
            /// `before(…)`, `after(…)` or, on a view, `instead_of(…)`; `when` is an expression over
            /// `new` and `old`. Its name sorts before `zzz_`, so that the triggers which keep an
            /// old and a new column equal see the row as it is stored. One step, in Expand, that
            /// blocks writes for an instant. PostgreSQL manual: CREATE TRIGGER.
            create_trigger: CreateTrigger,
            /// Puts a trigger in the place of another of its name.
            ///
            /// ```text
            /// replace_trigger!(stamp on users, before(insert, update), function = touch);
            /// ```
            ///
            /// One step, in Expand; no write goes by between the two. To change what a trigger
            /// does, `replace_function!` is enough, and locks no table. PostgreSQL manual: CREATE
            /// TRIGGER.
            replace_trigger: ReplaceTrigger,
            /// Drops a trigger, once no build relies on what it does.
            ///
            /// ```text
            /// drop_trigger!(stamp on users);
            /// ```
            ///
            /// One step, in Contract. PostgreSQL manual: DROP TRIGGER.
            drop_trigger: DropTrigger,
            /// Creates a policy: which rows of a table a role sees and writes.
            ///
            /// ```text
            /// create_policy!(own_orders on orders, to(app), using = "customer_id = current_setting('app.customer')::bigint");
            /// create_policy!(open on orders, for = insert, with_check = "status = 'new'", restrictive);
            /// ```
            ///
            /// It counts once row-level security is enabled. `for` is `all` unless told; without
            /// `to` it is for every role. One step, in Expand. PostgreSQL manual: CREATE POLICY.
            create_policy: CreatePolicy,
            /// Puts a policy in the place of another of its name.
            ///
            /// ```text
            /// replace_policy!(own_orders on orders, to(app), using = "…");
            /// ```
            ///
            /// One step, in Expand: dropped and made again in one transaction, so that clients
            /// meet one of the two. Old builds read by it too. PostgreSQL manual: CREATE POLICY.
            replace_policy: ReplacePolicy,
            /// Drops a policy, once no build needs it.
            ///
            /// ```text
            /// drop_policy!(own_orders on orders);
            /// ```
            ///
            /// One step, in Contract; refused for the last one that lets rows through, while
            /// row-level security is enabled. PostgreSQL manual: DROP POLICY.
            drop_policy: DropPolicy,
            /// Enables row-level security.
            ///
            /// ```text
            /// enable_row_level_security!(orders);
            /// enable_row_level_security!(orders, force);
            /// ```
            ///
            /// `force` counts the table's owner in. One step, in Expand; refused while no policy
            /// lets a row through, because every row would be hidden. PostgreSQL manual: "Row
            /// Security Policies".
            enable_row_level_security: EnableRowLevelSecurity,
            /// Disables row-level security, once no build relies on it.
            ///
            /// ```text
            /// disable_row_level_security!(orders);
            /// ```
            ///
            /// One step, in Contract: it shows every row to whoever may read the table. The
            /// policies stay. PostgreSQL manual: "Row Security Policies".
            disable_row_level_security: DisableRowLevelSecurity,
            /// Gives roles rights on a table or view, a sequence, a function or a schema.
            ///
            /// ```text
            /// grant!(select, insert, update(status, note) on orders to app);
            /// grant!(execute on function total_of(bigint) to app, reporting);
            /// grant!(usage on sequence order_numbers to app);
            /// grant!(usage on schema billing to public);
            /// ```
            ///
            /// Roles belong to the server, not to the schema: they have to be there. One step, in
            /// Expand, that locks no table. PostgreSQL manual: GRANT.
            grant: Grant,
            /// Takes back rights that a migration has given, once no build needs them.
            ///
            /// ```text
            /// revoke!(insert on orders from app);
            /// ```
            ///
            /// One step, in Contract. PostgreSQL manual: REVOKE.
            revoke: Revoke,
            /// Creates a schema.
            ///
            /// ```text
            /// create_schema!(billing);
            /// ```
            ///
            /// One step, in Expand. A schema that no migration makes must be there before the
            /// history runs. PostgreSQL manual: CREATE SCHEMA.
            create_schema: CreateSchema,
            /// Drops an empty schema, once no build names it.
            ///
            /// ```text
            /// drop_schema!(billing);
            /// ```
            ///
            /// One step, in Contract; what the model has in it is dropped, and contracted, first.
            /// PostgreSQL manual: DROP SCHEMA.
            drop_schema: DropSchema,
            /// Creates an enum, a type of named values, which columns may have from then on.
            ///
            /// ```text
            /// create_enum!(order_status { pending, shipped, "in transit" });
            /// create_table!(orders { status: order_status not_null default "pending" });
            /// ```
            ///
            /// One step, in Expand. The order of the values is the order in which they sort.
            /// PostgreSQL manual: CREATE TYPE, "Enumerated Types".
            create_enum: CreateEnum,
            /// Adds a value to an enum, at the end or where `before` or `after` says.
            ///
            /// ```text
            /// add_enum_value!(order_status.delivered, after = shipped);
            /// ```
            ///
            /// One step, in Expand; changes behind it may use the value. An undo leaves the value,
            /// because PostgreSQL cannot take one away. PostgreSQL manual: ALTER TYPE, ADD VALUE.
            add_enum_value: AddEnumValue,
            /// Gives a value of an enum another name.
            ///
            /// ```text
            /// rename_enum_value!(order_status.shipped => sent);
            /// ```
            ///
            /// Both names are there from Expand on, and new builds take them for one: until the
            /// contract a trigger stores the old one, which old builds know. The contract turns
            /// the rows, and a check on each column keeps the old name out; it stays in the type,
            /// because PostgreSQL takes none away. PostgreSQL manual: ALTER TYPE, ADD VALUE.
            rename_enum_value: RenameEnumValue,
            /// Lets no row hold a value of an enum any more.
            ///
            /// ```text
            /// drop_enum_value!(order_status.lost, replace_by = cancelled);
            /// ```
            ///
            /// Rows that hold it get the other, as do those that old builds write until the
            /// contract; a check on each column keeps it out. It stays in the type, because
            /// PostgreSQL takes none away. PostgreSQL manual: "Enumerated Types".
            drop_enum_value: DropEnumValue,
            /// Drops an enum, once no build names it.
            ///
            /// ```text
            /// drop_enum!(order_status);
            /// ```
            ///
            /// One step, in Contract; columns that have the type are dropped, and contracted,
            /// first. PostgreSQL manual: DROP TYPE.
            drop_enum: DropEnum,
            /// Creates a domain, a type with a rule and a default of its own.
            ///
            /// ```text
            /// create_domain!(email: text check("value like '%@%'"));
            /// ```
            ///
            /// Takes `not_null`, `default`, `check`, `collate` and `comment`. One step, in Expand.
            /// A rule cannot change once columns have the type, and such a column cannot be added
            /// to a table with rows: a check of the table can do both. PostgreSQL manual: CREATE
            /// DOMAIN.
            create_domain: CreateDomain,
            /// Gives a domain another default, or none.
            ///
            /// ```text
            /// change_domain!(email, default = "nobody@example.org");
            /// change_domain!(email, default = none);
            /// ```
            ///
            /// For new rows, by every build. One step, in Expand. PostgreSQL manual: ALTER DOMAIN.
            change_domain: ChangeDomain,
            /// Drops a domain, once no build names it.
            ///
            /// ```text
            /// drop_domain!(email);
            /// ```
            ///
            /// One step, in Contract; columns that have the type are dropped, and contracted,
            /// first. PostgreSQL manual: DROP DOMAIN.
            drop_domain: DropDomain,
            /// Creates an extension, unless the database has it already.
            ///
            /// ```text
            /// create_extension!(citext);
            /// create_extension!(postgis, schema = extensions, version = "3.4.2");
            /// ```
            ///
            /// One step, in Expand. An undo drops it only where this change made it, which it
            /// knows by the extension's comment. PostgreSQL manual: CREATE EXTENSION.
            create_extension: CreateExtension,
            /// Drops an extension, once no build uses it.
            ///
            /// ```text
            /// drop_extension!(citext);
            /// ```
            ///
            /// One step, in Contract. PostgreSQL manual: DROP EXTENSION.
            drop_extension: DropExtension,
            /// Creates a sequence.
            ///
            /// ```text
            /// create_sequence!(order_numbers, start = 1000, owned_by = orders.number);
            /// ```
            ///
            /// Options: `as` (a type), `increment`, `min_value`, `max_value`, `start`, `cache`,
            /// `cycle`, `owned_by`. One step, in Expand. PostgreSQL manual: CREATE SEQUENCE.
            create_sequence: CreateSequence,
            /// Changes options of a sequence.
            ///
            /// ```text
            /// change_sequence!(order_numbers, as = bigint);
            /// change_sequence!(order_numbers, owned_by = none, restart = 5000);
            /// ```
            ///
            /// The options of `create_sequence!`, and `restart`, which an undo does not take back.
            /// One step, in Expand: whoever asks for a value waits until its commit. PostgreSQL
            /// manual: ALTER SEQUENCE.
            change_sequence: ChangeSequence,
            /// Drops a sequence, once no build uses it.
            ///
            /// ```text
            /// drop_sequence!(order_numbers);
            /// ```
            ///
            /// One step, in Contract; a default that uses it is dropped, and contracted, first.
            /// PostgreSQL manual: DROP SEQUENCE.
            drop_sequence: DropSequence,
            /// Runs statements that no other macro stands for.
            ///
            /// ```text
            /// sql!(
            ///     up = "create statistics orders_region (dependencies) on country, region from orders",
            ///     undo = "drop statistics orders_region",
            ///     reason = "the planner takes them for independent",
            /// );
            /// ```
            ///
            /// PostgreSQL's grammar reads them while the service compiles; a form that blocks
            /// clients, or that the history has to know of, is an error that names the macro to
            /// use. `phase` is `expand`, `migrate` or `contract`; before the contract `undo` says
            /// what takes the statements back, or `none`. `locks(orders = share)` states what a
            /// statement locks where that is not known; `allow(truncate, reason = "…")` lets a
            /// rule be broken. All statements of one `sql!` are one transaction.
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
