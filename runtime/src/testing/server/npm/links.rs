//! Symbolic links, which no archive of npm's holds: the package has a list of them, and a script
//! that is not run.

use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Component, Path, PathBuf},
};

use crate::testing::error::Error;

/// Makes the links that a package lists, within the package.
pub(super) fn make(package: &Path) -> Result<(), Error> {
    let list = package.join("native/pg-symlinks.json");
    let text = match fs::read_to_string(&list) {
        // A build without libraries of its own has none.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(Error::io("read", &list))?,
    };
    let links = read(&text).ok_or_else(|| {
        Error::io("use", &list)(io::Error::other("it is no list of links within the package"))
    })?;
    for (source, target) in links {
        let link = package.join(&target);
        match symlink(from(&target, &source), &link) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::io("link", &link)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The pairs of `[{"source":"…","target":"…"}, …]`; none where it says anything else.
fn read(json: &str) -> Option<Vec<(PathBuf, PathBuf)>> {
    let list = json.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    let mut links = Vec::new();
    for link in list.split('}').map(str::trim).filter(|link| !link.is_empty()) {
        let link = link.trim_start_matches(',').trim().strip_prefix('{')?;
        let (mut source, mut target) = (None, None);
        for field in link.split(',') {
            let (name, value) = field.split_once(':')?;
            match text(name)? {
                "source" => source = Some(within(text(value)?)?),
                "target" => target = Some(within(text(value)?)?),
                _ => return None,
            }
        }
        links.push((source?, target?));
    }
    Some(links)
}

/// A text of JSON without anything that is escaped.
fn text(json: &str) -> Option<&str> {
    let text = json.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['"', '\\'])).then_some(text)
}

/// A path that leads into what the package has of PostgreSQL, and nowhere else.
fn within(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (is_plain && path.starts_with("native")).then(|| path.to_owned())
}

/// The way from where a link stands, so that the package can be moved.
fn from(link: &Path, source: &Path) -> PathBuf {
    let above = link.components().skip(1).map(|_| Component::ParentDir);
    above.collect::<PathBuf>().join(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read() {
        let list = r#"[{"source":"native/lib/a.so.1","target":"native/lib/a.so"},
            { "source": "native/b", "target": "native/c" } ]"#;
        let path = PathBuf::from;
        let expected = vec![
            (path("native/lib/a.so.1"), path("native/lib/a.so")),
            (path("native/b"), path("native/c")),
        ];
        assert_eq!(read(list), Some(expected));
        assert_eq!(read("[]"), Some(Vec::new()));
        let way = from(Path::new("native/lib/a.so"), Path::new("native/lib/a.so.1"));
        assert_eq!(way, Path::new("../../native/lib/a.so.1"));
    }

    #[test]
    fn what_leads_out_of_the_package_is_refused() {
        for (source, target) in [
            ("/etc/passwd", "native/a"),
            ("native/../../../a", "native/b"),
            ("native/a", "../b"),
            ("native/a", "/usr/bin/b"),
            ("scripts/a", "native/b"),
            (r"native/\u002e\u002e/a", "native/b"),
        ] {
            let list = format!(r#"[{{"source":"{source}","target":"{target}"}}]"#);
            assert_eq!(read(&list), None, "{list}");
        }
        for list in ["", "{}", "[1]", r#"[{"source":"native/a"}]"#, r#"[{"run":"native/a"}]"#] {
            assert_eq!(read(list), None, "{list}");
        }
    }
}
