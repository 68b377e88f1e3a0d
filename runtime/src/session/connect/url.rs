//! Sessions of the database that a URL or a connection string names.

use crate::session::connect::address::Address;
#[cfg(feature = "tls")]
use crate::session::connect::tls;
use crate::session::connect::{Connect, Postgres};
use crate::session::executor::SqlError;

/// Opens them with TLS as the URL asks for, where this build speaks it.
pub(crate) fn at(database: &str) -> Result<impl Connect + use<>, SqlError> {
    let address = Address::read(database)?;
    #[cfg(feature = "tls")]
    let tls = tls::connector(&address.tls)?;
    #[cfg(not(feature = "tls"))]
    let tls = match address.asks_for_tls() {
        None => tokio_postgres::NoTls,
        Some(asked) => {
            let without = format!(
                "`{asked}` asks for TLS, which `connect` does not speak in this build\n\
                 help: turn on the feature `tls` of changeover, or give `connect_with` a \
                 connector of yours"
            );
            return Err(SqlError::new(None, without));
        }
    };
    let Address { config, may_leak, .. } = address;
    Ok(Postgres::new(config, tls).hiding_errors(may_leak))
}
