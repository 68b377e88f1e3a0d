//! Older migrations as one baseline: made anew in an empty database, said as that has them, and put
//! in their place.

mod baseline;
mod files;

pub use self::baseline::Squash;
pub use self::files::Edits;
