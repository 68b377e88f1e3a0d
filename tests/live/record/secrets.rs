//! Passwords and values of rows are nowhere but where they belong.

use std::fmt::Write as _;
use std::future::Ready;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use changeover::{Changeover, ErrorKind, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::{Failure, chain, fail};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, NoTlsStream, TlsConnect};
use tokio_postgres::{Config, Socket};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const PASSWORD: &str = "s3cr3t-pa55word";
const VALUE: &str = "pr1vate-value";

/// Everything that is traced, at every level and with every field.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<String>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, write: impl FnOnce(&mut Text<'_>)) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut Text(&mut text));
    }
}

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = writeln!(self.0, "{field} = {value:?}");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(|text| span.record(text));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write(|text| values.record(text));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(|text| event.record(text));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs on this thread alone, whose log it is.
pub(crate) fn logged(
    test: impl Future<Output = Result<(), Failure>>,
    log: &Log,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(error.to_string()))?;
    tracing::subscriber::with_default(log.clone(), || runtime.block_on(test))
}

pub(crate) fn expect_without(secret: &str, place: &str, text: &str) -> Result<(), Failure> {
    if text.contains(secret) {
        fail!("{place} holds `{secret}`:\n{text}");
    }
    Ok(())
}

#[test]
fn no_password_is_in_an_error_or_a_log() -> Result<(), Failure> {
    let refusing = refuse_one_password()?;
    let log = Log::default();
    let empty = Migrations { migrations: &[], schema: &[], names: &[] };
    let addresses = [
        format!("postgresql://deployer:{PASSWORD}@127.0.0.1:{refusing}/db"),
        format!("postgresql://deployer:{PASSWORD}@127.0.0.1:1/db"),
        format!("postgresql://deployer:{PASSWORD}@localhost:port/db"),
        format!("postgresql://deployer:{PASSWORD}@localhost/db?sslmode=verify-full"),
        format!("postgresql://deployer:{PASSWORD}@localhost/db?channel_binding=require&port=1"),
        format!("postgresql://deployer:{PASSWORD}@localhost/db?sslmode=never"),
        format!("postgresql//deployer:{PASSWORD}@localhost/db?connect_timeout=1"),
        format!("postgres:deployer:{PASSWORD}@localhost/db"),
        format!("host=localhost port=x password={PASSWORD}"),
        format!("host=localhost password='{PASSWORD}"),
        PASSWORD.to_owned(),
        format!("{PASSWORD}=x"),
    ];
    logged(
        async {
            for address in &addresses {
                let builder = Changeover::builder(&empty).app("secrets");
                let shown = format!("{builder:?}");
                expect_without(PASSWORD, "the builder", &shown)?;
                let Err(error) = builder.connect(address).await else { fail!("it connected") };
                if error.kind() != ErrorKind::Connect {
                    fail!("{error:?}");
                }
                let all = format!("{error}\n{error:?}\n{}", chain(&error));
                expect_without(PASSWORD, "the error", &all)?;
            }
            Ok(())
        },
        &log,
    )?;
    expect_without(PASSWORD, "the log", &log.text())
}

/// TLS that is never spoken, because the server says that it has none.
#[derive(Clone)]
struct Never;

impl MakeTlsConnect<Socket> for Never {
    type Stream = NoTlsStream;
    type TlsConnect = Never;
    type Error = std::io::Error;

    fn make_tls_connect(&mut self, _: &str) -> std::io::Result<Never> {
        Ok(Never)
    }
}

impl TlsConnect<Socket> for Never {
    type Stream = NoTlsStream;
    type Error = std::io::Error;
    type Future = Ready<std::io::Result<NoTlsStream>>;

    fn connect(self, _: Socket) -> Self::Future {
        std::future::ready(Err(std::io::Error::other("it was spoken")))
    }
}

#[test]
fn a_session_in_the_clear_is_told_of() -> Result<(), Failure> {
    for (mode, is_plain) in [(SslMode::Prefer, true), (SslMode::Require, false)] {
        let port = refuse_one_password()?;
        let log = Log::default();
        let refused = async {
            let mut config = Config::new();
            config.host("127.0.0.1").port(port).user("deployer").password(PASSWORD).ssl_mode(mode);
            let empty = Migrations { migrations: &[], schema: &[], names: &[] };
            match Changeover::builder(&empty).connect_with(config, Never).await {
                Err(error) if error.kind() == ErrorKind::Connect => Ok(()),
                other => fail!("{other:?}"),
            }
        };
        logged(refused, &log)?;
        if log.text().contains("in the clear") != is_plain {
            fail!("{mode:?}: {}", log.text());
        }
    }
    Ok(())
}

/// A server that asks for a password and takes none.
fn refuse_one_password() -> Result<u16, Failure> {
    let io = |error: std::io::Error| Failure::new(error.to_string());
    let listener = TcpListener::bind("127.0.0.1:0").map_err(io)?;
    let port = listener.local_addr().map_err(io)?.port();
    std::thread::spawn(move || -> std::io::Result<()> {
        let (mut client, _) = listener.accept()?;
        let mut message = [0; 1024];
        // It asks for TLS first, where its mode says so.
        let mut length = client.read(&mut message)?;
        if length == 8 {
            client.write_all(b"N")?;
            length = client.read(&mut message)?;
        }
        if length > 0 {
            // In clear text, as nobody should.
            client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3])?;
            let _ = client.read(&mut message)?;
            let fields =
                b"SFATAL\0C28P01\0Mpassword authentication failed for user \"deployer\"\0\0";
            let size = u32::try_from(fields.len() + 4).unwrap_or_default();
            client.write_all(b"E")?;
            client.write_all(&size.to_be_bytes())?;
            client.write_all(fields)?;
        }
        client.shutdown(Shutdown::Both)
    });
    Ok(port)
}

mod m0001_base {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, code: text, note: text });
    }
}

mod m0002_change {
    changeover::migration! {
        after super::m0001_base;
        rename_column!(users.code => number: integer, up = "code::integer", down = "number::text");
    }
}

/// A label is too long for its column.
pub(crate) async fn label(notes: Vec<Option<String>>) -> Result<Vec<String>, std::fmt::Error> {
    Ok(notes.into_iter().map(Option::unwrap_or_default).collect())
}

mod m0002_convert {
    changeover::migration! {
        after super::m0001_base;
        add_column!(users.label: varchar(3));
        backfill!(users.label, with = super::label, read(note));
    }
}

mod m0002_check {
    changeover::migration! {
        after super::m0001_base;
        add_check!(users, "note = ''", name = users_note_empty);
    }
}

changeover::migrations! { static CASTS = [m0001_base, m0002_change]; }
changeover::migrations! { static CONVERTS = [m0001_base, m0002_convert]; }
changeover::migrations! { static CHECKS = [m0001_base, m0002_check]; }

#[test]
fn no_value_of_a_row_is_in_an_error_or_a_log_or_our_state() -> Result<(), Failure> {
    for (name, history) in [("casts", &CASTS), ("converts", &CONVERTS), ("checks", &CHECKS)] {
        let log = Log::default();
        logged(
            async {
                let fixture = Fixture::new(name).await?;
                let Some(base) = history.until("m0001_base") else { fail!("it has no base") };
                fixture.runner(&base).await?.migrate().await?;
                let seed = format!("insert into users (code, note) values ('{VALUE}', '{VALUE}')");
                fixture.db.batch_execute(&seed).await?;
                let Err(error) = fixture.runner(history).await?.migrate().await else {
                    fail!("the value fits")
                };
                let all = format!("{error}\n{error:?}\n{}", chain(&error));
                expect_without(VALUE, "the error", &all)?;
                let kept = "select string_agg(s::text, '; ') from changeover.steps s
                    where error is not null";
                let kept: Option<String> = fixture.db.query_one(kept, &[]).await?.get(0);
                let Some(kept) = kept else { fail!("nothing is kept of the error: {error:?}") };
                expect_without(VALUE, "the state", &kept)
            },
            &log,
        )
        .map_err(|failure| failure.during(name))?;
        expect_without(VALUE, "the log", &log.text()).map_err(|failure| failure.during(name))?;
    }
    Ok(())
}
