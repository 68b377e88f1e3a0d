//! Tables, columns, indexes and constraints as they end.

mod becoming_partitioned;
mod compacted;
mod constraints;
mod faithful;
mod filled;
mod generated;
mod indexes;
mod kept_partitions;
mod not_null_names;
mod partitioned;
mod partitioned_index;
mod partitioned_model;
mod removed;
mod renamed_table;
mod views;
mod workers;
