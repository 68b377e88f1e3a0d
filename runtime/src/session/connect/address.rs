//! What a connection string says, with what of TLS the client itself does not know.

use std::str::FromStr;

use tokio_postgres::Config;
#[cfg(not(feature = "tls"))]
use tokio_postgres::config::ChannelBinding;
use tokio_postgres::config::SslMode;

use crate::session::executor::SqlError;

/// A connection string, read.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
    /// The string has a second `@`, so that a part of the password may have been taken for the host
    /// or the database, which servers name in their errors.
    pub(crate) may_leak: bool,
}

/// What is asked of TLS.
///
/// PostgreSQL manual, section "SSL Support", "Client Verification of Server Certificates".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) mode: Mode,
    /// A file of certificates in place of those that the system trusts.
    pub(crate) root: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

const MODES: [(&str, Mode); 6] = [
    ("disable", Mode::Disable),
    ("allow", Mode::Prefer),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

/// The parameters that are read here.
const OURS: [&str; 2] = ["sslmode", "sslrootcert"];

impl Address {
    /// Reads it. What the client says of a string that it cannot read may quote it, and so a
    /// password, and is left out.
    pub(crate) fn read(text: &str) -> Result<Address, SqlError> {
        let unreadable = || SqlError::new(None, "the connection string cannot be read");
        let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        let (rest, ours) =
            if is_url { of_url(text) } else { of_words(text) }.ok_or_else(unreadable)?;
        let mut config = Config::from_str(&rest).map_err(|_| unreadable())?;
        let mut tls = Tls { mode: Mode::Prefer, root: None };
        for (name, value) in ours {
            match name {
                "sslmode" => tls.mode = mode(&value)?,
                // The roots of the system are what there is without a file.
                _ => tls.root = Some(value).filter(|file| file != "system"),
            }
        }
        // As libpq does: who names a root wants it asked.
        if tls.mode == Mode::Require && tls.root.is_some() {
            tls.mode = Mode::VerifyCa;
        }
        config.ssl_mode(match tls.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
        Ok(Address { config, tls, may_leak: is_url && text.matches('@').count() > 1 })
    }

    #[cfg(not(feature = "tls"))]
    /// The parameter that cannot be had without TLS.
    pub(crate) fn asks_for_tls(&self) -> Option<String> {
        let (name, _) = MODES.iter().find(|(_, mode)| *mode == self.tls.mode)?;
        match self.config.get_channel_binding() {
            _ if self.tls.mode >= Mode::Require => Some(format!("sslmode={name}")),
            ChannelBinding::Require => Some("channel_binding=require".to_owned()),
            _ => None,
        }
    }
}

fn mode(value: &str) -> Result<Mode, SqlError> {
    let known = MODES.iter().find(|(name, _)| *name == value);
    known.map(|(_, mode)| *mode).ok_or_else(|| {
        let names: Vec<&str> = MODES.iter().map(|(name, _)| *name).collect();
        SqlError::new(None, format!("`sslmode` is none of {}", names.join(", ")))
    })
}

type Split = Option<(String, Vec<(&'static str, String)>)>;

fn ours(name: &str) -> Option<&'static str> {
    OURS.into_iter().find(|known| *known == name)
}

/// A URL without our parameters, and these.
fn of_url(url: &str) -> Split {
    // As the client reads it: the user and the password end at the first `@`.
    let host = url.find('@').map_or(0, |at| at + 1);
    let Some((base, query)) = url.get(host..)?.split_once('?') else {
        return Some((url.to_owned(), Vec::new()));
    };
    let (mut kept, mut found) = (Vec::new(), Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=').and_then(|(name, value)| Some((ours(name)?, value))) {
            Some((name, value)) => found.push((name, decoded(value)?)),
            None => kept.push(pair),
        }
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    Some((format!("{}{base}{mark}{}", url.get(..host)?, kept.join("&")), found))
}

/// The text of `%2F` and the like.
fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// A string of `name = value`, or `name = 'value'`, without our parameters, and these.
fn of_words(text: &str) -> Split {
    let (mut kept, mut found) = (String::new(), Vec::new());
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, length) = word(after)?;
        if let Some(name) = ours(name.trim()) {
            found.push((name, value));
        } else {
            kept.extend([name, "=", after.get(..length)?, " "]);
        }
        rest = after.get(length..)?.trim_start();
    }
    Some((kept, found))
}

/// A value at the start of a text, and how long it is as written.
fn word(text: &str) -> Option<(String, usize)> {
    let is_quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices().skip(usize::from(is_quoted));
    while let Some((at, next)) = chars.next() {
        match next {
            '\\' => value.push(chars.next()?.1),
            '\'' if is_quoted => return Some((value, at + 1)),
            next if !is_quoted && next.is_whitespace() => return Some((value, at)),
            next => value.push(next),
        }
    }
    (!is_quoted).then_some((value, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        Address::read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_asked_of_tls_is_read_and_the_rest_is_the_client_s() {
        for (text, mode, root) in [
            (
                "postgresql://u:p@h:5433/d?sslmode=verify-full&connect_timeout=3",
                Mode::VerifyFull,
                None,
            ),
            (
                "postgres://u:p?x@h:5433/d?connect_timeout=3&sslrootcert=%2Fa%20b",
                Mode::Prefer,
                Some("/a b"),
            ),
            (
                "postgresql://u@h:5433/d?sslmode=require&sslrootcert=r&connect_timeout=3",
                Mode::VerifyCa,
                Some("r"),
            ),
            (
                "host=h user=u port = 5433 dbname=d sslmode = 'verify-ca' sslrootcert=system connect_timeout=3",
                Mode::VerifyCa,
                None,
            ),
            (
                r"user=u sslmode=disable password='a b\'sslmode=c' host=h port=5433 dbname='d' connect_timeout=3",
                Mode::Disable,
                None,
            ),
        ] {
            let Address { config, tls, .. } = read(text);
            assert_eq!(tls, Tls { mode, root: root.map(str::to_owned) }, "{text}");
            assert_eq!((config.get_user(), config.get_dbname()), (Some("u"), Some("d")), "{text}");
            assert_eq!(
                (config.get_ports(), config.get_connect_timeout().is_some()),
                (&[5433][..], true),
                "{text}"
            );
        }
        assert_eq!(
            read(r"password='a b\'sslmode=c' host=h").config.get_password(),
            Some(&b"a b'sslmode=c"[..])
        );
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        for text in
            ["s3cret", "password='s3cret", "postgresql://u:s3cret@h:port/d", "sslmode=s3cret"]
        {
            let error = Address::read(text).expect_err(text);
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn what_needs_tls_is_known() {
        for (text, asked) in [
            ("host=h user=u", None),
            ("host=h user=u sslmode=prefer", None),
            ("host=h user=u sslmode=require", Some("sslmode=require")),
            ("host=h user=u sslmode=verify-full", Some("sslmode=verify-full")),
            ("host=h user=u channel_binding=require", Some("channel_binding=require")),
        ] {
            assert_eq!(read(text).asks_for_tls().as_deref(), asked, "{text}");
        }
    }

    #[test]
    fn a_second_at_is_seen() {
        assert!(read("postgresql://u:a@b@h/d").may_leak);
        assert!(!read("postgresql://u:a%40b@h/d").may_leak);
    }
}
