//! A data directory that is initialised once and copied for every server.

use std::{
    fs::{self, File, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::{Path, PathBuf},
};

use super::{account::Account, binaries::Binaries};
use crate::testing::error::{Error, run};

/// A crash may lose everything, since nobody misses it; all that a client can notice (locks,
/// timeouts, autovacuum, the WAL that is written) is as in production. Only the room for locks is
/// larger: the tests of one binary share a server, and each that drops a role with all its objects
/// takes a lock on every one of them.
const SETTINGS: &str = "\
listen_addresses = ''
port = 5432
max_connections = 200
max_locks_per_transaction = 512
wal_level = replica
fsync = off
full_page_writes = off
";

/// Makes the template if there is none yet, and says where it is.
///
/// A copy takes a tenth of the time of `initdb`.
pub(super) fn prepare(account: Account, binaries: &Binaries) -> Result<PathBuf, Error> {
    let template = path(account, binaries)?;
    if template.is_dir() {
        return Ok(template);
    }
    // Eight cold starts at the same time took ten times as long when each ran `initdb`.
    let lock_path = template.with_extension("lock");
    let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if !template.is_dir() {
        create(account, binaries, &template)?;
    }
    Ok(template)
}

/// Whoever may read the template may read the copy, so it bears the account in its name.
fn path(account: Account, binaries: &Binaries) -> Result<PathBuf, Error> {
    let mut hasher = DefaultHasher::new();
    (&binaries.directory, SETTINGS, format!("{account:?}")).hash(&mut hasher);
    let name = format!("template-{}-{:016x}", binaries.version.replace('.', "_"), hasher.finish());
    Ok(account.cache()?.join(name))
}

fn create(account: Account, binaries: &Binaries, template: &Path) -> Result<(), Error> {
    let partial = template.with_extension("partial");
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(Error::io("remove", &partial))?;
    }
    account.create_private(&partial)?;
    run(account
        .command(binaries.directory.join("initdb"))
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"])
        .args(["--no-sync", "--wal-segsize=4", "-D"])
        .arg(&partial)
        // Our own working directory may be closed to that account.
        .current_dir(&partial))?;
    let settings = partial.join("postgresql.conf");
    let write =
        |path: &Path| OpenOptions::new().append(true).open(path)?.write_all(SETTINGS.as_bytes());
    write(&settings).map_err(Error::io("write", &settings))?;
    fs::rename(&partial, template).map_err(Error::io("rename", &partial))
}
