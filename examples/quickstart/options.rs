const USAGE: &str = "\
usage: cargo run --example quickstart [-- --naive | --reader]
  --naive   change the schema with one ALTER each, behind a five-second reader
  --reader  put the same reader in the way of the planned change";

/// What the command line asks for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) naive: bool,
    pub(crate) reader: bool,
}

impl Options {
    /// Reads the arguments; the error is how to write them.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, &'static str> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--naive" => options.naive = true,
                "--reader" => options.reader = true,
                _ => return Err(USAGE),
            }
        }
        Ok(options)
    }
}
