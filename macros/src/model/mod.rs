//! The schema as the migrations so far have made it.

pub(crate) mod chain;
pub(crate) mod dependents;
pub(crate) mod expressions;
pub(crate) mod inventory;
pub(crate) mod kinds;
pub(crate) mod lookup;
pub(crate) mod made;
pub(crate) mod names;
pub(crate) mod parts;
mod schema;
pub(crate) mod shape;

use self::chain::entry::Entry;
pub(crate) use self::schema::Schema;
pub(crate) use crate::model::parts::facet::Facet;
pub(crate) use crate::model::parts::hold::{Author, Release, Role, Waiting};
pub(crate) use crate::model::parts::kind::Kind;
pub(crate) use crate::model::parts::object::{Claim, Hold, Object};
