//! Sessions of the database that a URL or a connection string names.

use crate::session::connect::address::Address;
#[cfg(feature = "tls")]
use crate::session::connect::tls;
use crate::session::connect::{Connect, Postgres};
use crate::session::executor::SqlError;

#[cfg(feature = "tls")]
type Tls = tokio_postgres_rustls::MakeRustlsConnect;
#[cfg(not(feature = "tls"))]
type Tls = tokio_postgres::NoTls;

/// Opens them with TLS as the URL asks for, where this build speaks it.
pub(crate) fn at(database: &str) -> Result<impl Connect + use<>, SqlError> {
    postgres(database, None)
}

/// A session as a driver of a service's has it, with statements that are prepared, under this name.
#[cfg(feature = "testing")]
pub(crate) async fn client(database: &str, name: &str) -> Result<tokio_postgres::Client, SqlError> {
    postgres(database, Some(name))?.client().await
}

fn postgres(database: &str, name: Option<&str>) -> Result<Postgres<Tls>, SqlError> {
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
    let Address { mut config, may_leak, .. } = address;
    if let Some(name) = name {
        config.application_name(name);
    }
    Ok(Postgres::new(config, tls).hiding_errors(may_leak))
}
