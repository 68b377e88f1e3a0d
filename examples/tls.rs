//! Migrations over TLS, with the caller's own connector and by an address alone:
//! `cargo run --example tls`.
//!
//! It makes two certificate authorities, starts a server whose certificate the first has signed and
//! which takes nobody without TLS, and migrates. A client that trusts the second authority alone is
//! refused, and so is one without TLS.

use std::error::Error;
use std::fmt::{Display, Formatter};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use changeover::Changeover;
use changeover::testing::Server;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

mod m0001_create_users {
    changeover::migration! {
        create_table!(users { id: bigint identity primary_key, email: text not_null unique });
    }
}

changeover::migrations! {
    pub static MIGRATIONS = [m0001_create_users];
}

type Failure = Box<dyn Error + Send + Sync>;
type Authority = CertifiedIssuer<'static, KeyPair>;

const HOST: &str = "localhost";
const ADDRESS: &str = "127.0.0.1";
const PASSWORD: &str = "correct-horse";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let (ours, another) = (authority()?, authority()?);
    let mut server = Server::start_own().await?;
    let port = free_port()?;
    let (db, connection) = tokio_postgres::connect(&server.url("postgres"), NoTls).await?;
    tokio::spawn(connection);
    require_tls(&db, &ours, port).await?;
    // The address that it listens on changes with a restart alone.
    server.crash().await?;
    server.restart().await?;

    let mut changeover = Changeover::builder(&MIGRATIONS)
        .app("accounts")
        .connect_with(database(port), trusting(&ours)?)
        .await?;
    println!("{}", changeover.migrate().await?);

    let refused =
        Changeover::builder(&MIGRATIONS).connect_with(database(port), trusting(&another)?);
    match refused.await {
        Ok(_) => return Err("an authority that nobody trusts was taken".into()),
        Err(error) => println!("with another authority: {error:?}"),
    }
    by_url(&ours, &another, port).await?;
    let mut plain = database(port);
    plain.ssl_mode(SslMode::Disable);
    match Changeover::builder(&MIGRATIONS).connect_with(plain, NoTls).await {
        Ok(_) => return Err("a connection without TLS was taken".into()),
        Err(error) => println!("without TLS: {error:?}"),
    }
    Ok(())
}

/// With the feature `tls` an address is all that it takes: TLS as `sslmode` says.
async fn by_url(ours: &Authority, another: &Authority, port: u16) -> Result<(), Failure> {
    let (ours, another) = (RootFile::of(ours, "ours")?, RootFile::of(another, "another")?);
    let full = format!("sslmode=verify-full&sslrootcert={ours}");
    for (host, options, is_taken) in [
        (HOST, "connect_timeout=9".to_owned(), true),
        (HOST, "sslmode=require".to_owned(), true),
        (HOST, full.clone(), true),
        // The certificate has another name.
        (ADDRESS, full, false),
        (ADDRESS, format!("sslmode=verify-ca&sslrootcert={ours}"), true),
        (HOST, format!("sslmode=verify-ca&sslrootcert={another}"), false),
        (HOST, format!("sslmode=require&sslrootcert={another}"), false),
        // No system trusts it.
        (HOST, "sslmode=verify-full".to_owned(), false),
        (HOST, "sslmode=disable".to_owned(), false),
    ] {
        let url = format!("postgresql://deployer:{PASSWORD}@{host}:{port}/accounts?{options}");
        let outcome = Changeover::builder(&MIGRATIONS).app("accounts").connect(&url).await;
        if outcome.is_ok() != is_taken {
            return Err(format!("{host}, {options}: {:?}", outcome.err()).into());
        }
        if let Ok(mut changeover) = outcome {
            changeover.ready(Duration::ZERO).await?;
        }
    }
    println!("by URL: as `sslmode` says");
    Ok(())
}

/// An authority's certificate in a file, for as long as this lives.
struct RootFile(PathBuf);

impl RootFile {
    fn of(authority: &Authority, name: &str) -> Result<RootFile, Failure> {
        let path = std::env::temp_dir().join(format!("changeover-{}-{name}", std::process::id()));
        std::fs::write(&path, authority.pem())?;
        Ok(RootFile(path))
    }
}

impl Display for RootFile {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.display().fmt(f)
    }
}

impl Drop for RootFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Trusts this authority alone; a service trusts what its operators give it, or `webpki-roots`.
fn trusting(authority: &Authority) -> Result<MakeRustlsConnect, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.der().to_vec()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// `sslmode = require`: without it a client takes a connection without TLS where it gets no other.
fn database(port: u16) -> Config {
    let mut config = Config::new();
    config.host(HOST).port(port).dbname("accounts").user("deployer").password(PASSWORD);
    config.ssl_mode(SslMode::Require);
    config
}

fn authority() -> Result<Authority, Failure> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

/// Gives the server a certificate of this authority's and a role, and lets nobody in without TLS.
async fn require_tls(db: &Client, authority: &Authority, port: u16) -> Result<(), Failure> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![HOST.to_owned()])?.signed_by(&key, authority)?;
    let hba = "local all all trust\nhostssl all all all scram-sha-256\n";
    for (file, text) in [
        ("server.crt", certificate.pem()),
        ("server.key", key.serialize_pem()),
        ("pg_hba.conf", hba.to_owned()),
    ] {
        write(db, file, &text).await?;
    }
    let port = port.to_string();
    for (setting, value) in [("ssl", "on"), ("listen_addresses", HOST), ("port", port.as_str())] {
        db.batch_execute(&format!("alter system set {setting} = '{value}'"))
            .await
            .map_err(|error| format!("this server cannot have `{setting}`: {error:?}"))?;
    }
    db.batch_execute(&format!("create role deployer login password '{PASSWORD}'")).await?;
    Ok(db.batch_execute("create database accounts owner deployer").await?)
}

/// The server writes it itself: it is the owner of its files, and keeps a key to itself.
async fn write(db: &Client, file: &str, text: &str) -> Result<(), Failure> {
    let directory: String = db.query_one("show data_directory", &[]).await?.get(0);
    let program = format!("umask 077; cat > {directory}/{file}");
    let lines: Vec<String> = text.lines().map(|line| format!("('{line}')")).collect();
    let copy = format!("copy (values {}) to program '{program}'", lines.join(", "));
    Ok(db.batch_execute(&copy).await?)
}

fn free_port() -> Result<u16, Failure> {
    Ok(TcpListener::bind((HOST, 0))?.local_addr()?.port())
}
