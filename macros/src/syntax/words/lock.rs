//! The locks of tables.

#[derive(Clone)]
pub(crate) struct Lock {
    pub(crate) table: String,
    pub(crate) mode: Mode,
}

/// The lock modes that plans take (manual, "Explicit Locking"), the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl Mode {
    /// Every mode, by its words in SQL.
    pub(crate) const ALL: [(&str, Mode); 8] = [
        ("access share", Mode::AccessShare),
        ("row share", Mode::RowShare),
        ("row exclusive", Mode::RowExclusive),
        ("share update exclusive", Mode::ShareUpdateExclusive),
        ("share", Mode::Share),
        ("share row exclusive", Mode::ShareRowExclusive),
        ("exclusive", Mode::Exclusive),
        ("access exclusive", Mode::AccessExclusive),
    ];

    pub(crate) fn words(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(words, _)| words)
    }
}
