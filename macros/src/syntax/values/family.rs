//! What values of a type are, as far as a literal has to fit.

/// What a literal must be to fit a type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Integer {
        bits: u32,
    },
    Decimal,
    Boolean,
    /// Character strings, with their limit.
    Text {
        limit: Option<u32>,
    },
    /// Types whose values are written as strings.
    Quoted,
}
