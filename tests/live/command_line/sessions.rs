//! The sessions on the page are what the commands print, on one database from its first migration to
//! the contract.
//!
//! `UPDATE_SQL=1 cargo test -p changeover-tests --test live -- sessions` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use changeover::testing::Server;
use changeover::{Changeover, Lease, Migrations};
use changeover_tests::fixture::Fixture;
use changeover_tests::roll_out::MIGRATIONS;
use changeover_tests::{Failure, block_on, fail};

use super::process::failure;

/// A block of the page begins and ends so: what it shows has fences of its own.
const FENCE: &str = "````\n";
const BEGIN: &str = "````console\n";

/// What is typed, and the code that it ends with. `$EMPTY_URL` is an empty database.
type Typed = (&'static str, i32);

const BEFORE: &[Typed] = &[
    ("accounts review", 0),
    ("accounts stats", 0),
    ("accounts plan m0002_rename_username", 0),
    ("accounts runbook m0002_rename_username", 0),
    ("accounts rehearse --url $DATABASE_URL", 3),
    ("accounts pause --reason \"a sale, until noon\"", 0),
];

/// It is paused before it begins, and an instance of the older build lives.
const RUN: Typed = ("accounts up", 0);

const BESIDE: &[Typed] = &[
    ("accounts watch --times 1", 0),
    ("accounts set --batch-time 5ms --max-load active-sessions=20", 0),
    ("accounts resume", 0),
];

const BEHIND: &[Typed] = &[
    ("accounts status", 0),
    ("accounts gates", 0),
    ("accounts verify", 0),
    ("accounts repair recount m0001_create_users --reason \"a lease was cut off\"", 0),
    ("accounts undo m0002_rename_username", 3),
    ("accounts undo-to m0001_create_users", 0),
    ("accounts up --detailed-exit-code", 5),
];

/// Once that instance has ended, and one of this build lives.
const AFTER: &[Typed] = &[
    ("accounts contract", 0),
    ("accounts check", 0),
    ("accounts doctor", 4),
    ("accounts schema --format diesel", 0),
    ("accounts timeline > timeline.html", 0),
    ("accounts explain set_not_null", 0),
    ("changeover adopt --stdout", 0),
    ("accounts squash m0003_drop_username --empty $EMPTY_URL --yes", 0),
    ("accounts new add_plan", 0),
];

/// A service's folder, with its migrations and its binary.
struct Service {
    folder: PathBuf,
    url: String,
    empty: String,
    said: BTreeMap<String, String>,
}

impl Service {
    fn new(url: &str, empty: &str) -> Result<Service, Failure> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sessions");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failure)?;
        }
        let migrations = folder.join("src/migrations");
        fs::create_dir_all(&migrations).map_err(failure)?;
        for file in fs::read_dir(here().join("src/roll_out")).map_err(failure)? {
            let file = file.map_err(failure)?;
            fs::copy(file.path(), migrations.join(file.file_name())).map_err(failure)?;
        }
        for name in ["accounts", "changeover"] {
            symlink(env!("CARGO_BIN_EXE_roll_out"), folder.join(name)).map_err(failure)?;
        }
        let (url, empty) = (url.to_owned(), empty.to_owned());
        Ok(Service { folder, url, empty, said: BTreeMap::new() })
    }

    /// Types each of them.
    fn type_all(&mut self, story: &[Typed]) -> Result<(), Failure> {
        for typed in story {
            let running = self.begin(typed)?;
            self.end(typed, running)?;
        }
        Ok(())
    }

    /// Types it as a shell has it, without a terminal.
    fn begin(&self, (typed, _): &Typed) -> Result<Child, Failure> {
        let path = env::var("PATH").unwrap_or_default();
        Command::new("sh")
            .args(["-c", &format!("{{ {typed}; }} 2>&1")])
            .current_dir(&self.folder)
            .env("PATH", format!("{}:{path}", self.folder.display()))
            .env("DATABASE_URL", &self.url)
            .env("EMPTY_URL", &self.empty)
            .env_remove("CHANGEOVER_SHADOW_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failure)
    }

    fn end(&mut self, (typed, code): &Typed, running: Child) -> Result<(), Failure> {
        let output = running.wait_with_output().map_err(failure)?;
        let text = String::from_utf8(output.stdout).map_err(failure)?;
        if output.status.code() != Some(*code) {
            fail!("`{typed}` ended with {}: {text}", output.status);
        }
        let lines = text.lines().map(|line| line.trim_end().to_owned() + "\n");
        self.said.insert((*typed).to_owned(), self.elsewhere(&lines.collect::<String>()));
        Ok(())
    }

    /// The same as it would be on a machine of the reader's.
    fn elsewhere(&self, text: &str) -> String {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let database = self.url.rsplit('/').next().unwrap_or_default();
        let text = text.replace(&self.folder.display().to_string(), "/srv/accounts");
        let names = [(host.trim(), "web-1"), (database, "accounts")];
        let known = names.into_iter().filter(|(own, _)| !own.is_empty());
        suffixed(&known.fold(text, |text, (own, name)| text.replace(own, name)))
    }
}

/// Names of instances with one suffix, by which a process is told from the one that had it before.
fn suffixed(text: &str) -> String {
    let mut pieces = text.split('#');
    let mut all = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let hex = |c: char| !c.is_ascii_hexdigit();
        let rest = piece.find(hex).filter(|at| *at == SUFFIX.len()).map(|at| &piece[at..]);
        all += "#";
        all += &rest.map_or_else(|| piece.to_owned(), |rest| SUFFIX.to_owned() + rest);
    }
    all
}

const SUFFIX: &str = "77be61e735520480";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text without what differs from run to run: numbers with their units, the room between words, and a
/// line that is said again.
fn bare(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(bare_line).collect();
    lines.dedup();
    lines.join("\n")
}

fn bare_line(line: &str) -> String {
    let mut bare = String::new();
    let mut words = line.split_whitespace().peekable();
    while let Some(word) = words.next() {
        for c in word.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }) {
            if !(matches!(c, '#' | '.') && bare.ends_with('#')) {
                bare.push(c);
            }
        }
        let end = |word: &str| word.trim_end_matches([',', ';', ')', '.']).to_owned();
        let is_number = word.starts_with(|first: char| first.is_ascii_digit());
        let unit = |next: &&str| is_number && UNITS.contains(&end(next).as_str());
        words.next_if(unit);
        bare.push(' ');
    }
    UNITS.iter().fold(bare, |text, unit| text.replace(&format!("#{unit}"), "#"))
}

/// The longer ones first.
const UNITS: [&str; 11] = ["bytes", "min", "KiB", "MiB", "GiB", "ms", "µs", "ns", "kB", "s", "h"];

/// The page with the sessions as they are, and those that differ.
fn compared(page: &str, said: &BTreeMap<String, String>) -> Result<(String, Vec<String>), Failure> {
    let mut blocks = page.split(BEGIN);
    let mut written = blocks.next().unwrap_or_default().to_owned();
    let (mut differences, mut shown) = (Vec::new(), Vec::new());
    for block in blocks {
        let Some((session, rest)) = block.split_once(FENCE) else { fail!("a block does not end") };
        let Some((typed, text)) =
            session.strip_prefix("$ ").and_then(|session| session.split_once('\n'))
        else {
            fail!("a session begins with `$ `: {session}")
        };
        let Some(found) = said.get(typed) else { fail!("nobody types `{typed}`") };
        if bare(found) != bare(text) {
            differences.push(format!("{typed}\n{found}\nis on the page as\n{text}"));
        }
        let _ = write!(written, "{BEGIN}$ {typed}\n{found}{FENCE}{rest}");
        shown.push(typed);
    }
    let missing = said.keys().filter(|typed| !shown.contains(&typed.as_str()));
    differences.extend(missing.map(|typed| format!("`{typed}` is not on the page")));
    let is_typed =
        |command: &str| said.keys().any(|typed| typed.split(' ').nth(1) == Some(command));
    let helps = page.lines().filter_map(|line| line.strip_prefix("$ ")?.strip_suffix(" --help"));
    let commands = helps.filter_map(|typed| typed.split(' ').nth(1));
    // What a shell reads is no session.
    let unseen = commands.filter(|command| *command != "completions" && !is_typed(command));
    differences.extend(unseen.map(|command| format!("`{command}` has no session")));
    Ok((written, differences))
}

#[test]
fn the_page_shows_a_session_of_each_command() -> Result<(), Failure> {
    block_on(async {
        // The page is of one version.
        if env::var_os("CHANGEOVER_PG_VERSION").is_some() {
            return Ok(());
        }
        // What others do on a server is seen in sessions, too.
        let server = Server::start_own().await?;
        let fixture = Fixture::on(&server, "sessions").await?;
        let empty = Fixture::on(&server, "sessions_empty").await?;
        let older = until("m0001_create_users")?;
        let mut changeover = Changeover::builder(&older).connect(fixture.url()).await?;
        changeover.migrate().await?;
        let seed = "insert into users (username) select 'u' || n from generate_series(1, 2000) n; \
            analyze users";
        fixture.db.batch_execute(seed).await?;
        let mut service = Service::new(fixture.url(), empty.url())?;
        service.type_all(BEFORE)?;
        let held = lease(&older, "web-1", &fixture).await?;
        let run = service.begin(&RUN)?;
        fixture.wait_until("select exists (select from changeover.holds)").await?;
        service.type_all(BESIDE)?;
        service.end(&RUN, run)?;
        service.type_all(BEHIND)?;
        held.release().await;
        let held = lease(&MIGRATIONS, "web-2", &fixture).await?;
        service.type_all(AFTER)?;
        held.release().await;
        let file = here().join("../docs/command-line.md");
        let page = fs::read_to_string(&file).map_err(failure)?;
        let (written, differences) = compared(&page, &service.said)?;
        if env::var_os("UPDATE_SQL").is_some() {
            return fs::write(&file, written).map_err(failure);
        }
        if !differences.is_empty() {
            fail!("UPDATE_SQL=1 writes the page anew: {}", differences.join("\n\n"));
        }
        Ok(())
    })
}

/// That of an instance which leaves all work to the commands.
async fn lease(history: &Migrations, name: &str, fixture: &Fixture) -> Result<Lease, Failure> {
    let instance = Changeover::builder(history).instance(name).finishes(false);
    Ok(instance.connect(fixture.url()).await?.hold_lease().await?)
}

fn until(id: &str) -> Result<Migrations, Failure> {
    MIGRATIONS.until(id).ok_or_else(|| Failure::new(format!("there is no `{id}`")))
}
