//! The operating system's account that the server runs as.

use std::{
    env, fs, io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use crate::testing::error::Error;

/// Who runs the server: we, or as root another account, because `postgres` refuses root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    uid: u32,
    dropped: Option<(u32, u32)>,
}

impl Account {
    /// Decides by the owner of a path that this process has just made.
    pub(super) fn for_owner_of(path: &Path) -> Result<Self, Error> {
        let uid = fs::metadata(path).map_err(Error::io("read", path))?.uid();
        if uid != 0 {
            return Ok(Self { uid, dropped: None });
        }
        let passwd = Path::new("/etc/passwd");
        let accounts = fs::read_to_string(passwd).map_err(Error::io("read", passwd))?;
        let ids = ["postgres", "nobody"].iter().find_map(|name| ids(&accounts, name));
        let dropped = ids.ok_or_else(|| Error::Program {
            program: "postgres".to_owned(),
            output: "it refuses to run as root, and there is neither a `postgres` nor a `nobody` \
                     account to run it as"
                .to_owned(),
        })?;
        Ok(Self { uid, dropped: Some(dropped) })
    }

    /// A command that runs as this account.
    pub(super) fn command(self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        if let Some((uid, gid)) = self.dropped {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes a directory that only this account can enter.
    pub(super) fn create_private(self, directory: &Path) -> Result<(), Error> {
        create_private(directory).map_err(Error::io("create", directory))?;
        self.give(directory)
    }

    pub(super) fn give(self, path: &Path) -> Result<(), Error> {
        match self.dropped {
            Some((uid, gid)) => {
                chown(path, Some(uid), Some(gid)).map_err(Error::io("change the owner of", path))
            }
            None => Ok(()),
        }
    }

    /// Returns where files are kept from run to run.
    ///
    /// Root's own cache is under `/root`, which the account that we drop to cannot enter.
    pub(super) fn cache(self) -> Result<PathBuf, Error> {
        let parent = match self.dropped {
            Some(_) => Some(PathBuf::from("/var/cache")),
            None => absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache"))),
        };
        let directory = parent.map(|directory| directory.join("changeover"));
        match directory {
            Some(directory) if fs::create_dir_all(&directory).is_ok() => Ok(directory),
            _ => self.temporary_cache(),
        }
    }

    fn temporary_cache(self) -> Result<PathBuf, Error> {
        let directory = env::temp_dir().join(format!("changeover-cache-{}", self.uid));
        // It may be there already; whose it is counts, because we run what is in it.
        let _ = fs::DirBuilder::new().mode(0o755).create(&directory);
        let found = fs::symlink_metadata(&directory).map_err(Error::io("create", &directory))?;
        if found.is_dir() && found.uid() == self.uid {
            return Ok(directory);
        }
        Err(Error::io("use", &directory)(io::Error::other("it belongs to somebody else")))
    }
}

pub(super) fn create_private(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(directory)
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn ids(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        found.then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn ids_come_from_the_line_of_that_name() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\n+nis\nnobody:x:65534:65533:nobody:/:/bin/false";
        assert_eq!(ids(passwd, "nobody"), Some((65534, 65533)));
        assert_eq!(ids(passwd, "postgres"), None);
    }
}
