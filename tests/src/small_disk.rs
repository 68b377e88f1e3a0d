//! A disk that is soon full: a file system in memory for a tablespace.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Failure, fail};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Gone with the value; the server that uses it must be gone before.
#[derive(Debug)]
pub struct SmallDisk {
    directory: PathBuf,
}

impl SmallDisk {
    /// A disk of so many megabytes that belongs to whoever owns the server's files. None where the
    /// operating system lets nobody but an administrator mount one, and we are not.
    pub fn mount(server_files: &Path, megabytes: u32) -> Result<Option<Self>, Failure> {
        let owner = fs::metadata(server_files).map_err(|error| failure(server_files, &error))?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("changeover-disk-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir(&directory).map_err(|error| failure(&directory, &error))?;
        let (uid, gid) = (owner.uid(), owner.gid());
        let options = format!("size={megabytes}m,mode=0700,uid={uid},gid={gid}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&directory)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Some(SmallDisk { directory })),
            _ => {
                let _ = fs::remove_dir(&directory);
                eprintln!("not shown: a full disk, because we may not mount a small one");
                Ok(None)
            }
        }
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Takes all its room but so many kilobytes.
    pub fn fill(&self, but_kilobytes: u64) -> Result<(), Failure> {
        let path = self.filler();
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let mut file = file.map_err(|error| failure(&path, &error))?;
        while file.write_all(&[0; 16 * 1024]).is_ok() {}
        let length = file.metadata().map_err(|error| failure(&path, &error))?.len();
        let Some(length) = length.checked_sub(but_kilobytes * 1024) else {
            fail!("the disk was all but full before")
        };
        file.set_len(length).map_err(|error| failure(&path, &error))
    }

    /// Makes room again.
    pub fn clear(&self) -> Result<(), Failure> {
        let path = self.filler();
        fs::remove_file(&path).map_err(|error| failure(&path, &error))
    }

    fn filler(&self) -> PathBuf {
        self.directory.join("filler")
    }
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Nothing is to be done where it fails, and a failed test has a better message than this.
        let _ = Command::new("umount").arg("--lazy").arg(&self.directory).output();
        let _ = fs::remove_dir(&self.directory);
    }
}
