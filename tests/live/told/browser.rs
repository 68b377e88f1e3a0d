//! A page in a real browser, as a phone shows it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use changeover_tests::{Failure, fail};
use serde_json::Value;

/// Measures the page of the frame, and leaves what it found as the only text of the document.
const MEASURE: &str = r#"
    const page = frame.contentDocument, root = page.documentElement;
    const boxes = all => [...all].map(one => one.getBoundingClientRect());
    const found = {
        wider: root.scrollWidth > frame.clientWidth,
        height: root.scrollHeight,
        scripts: page.scripts.length,
        loaded: frame.contentWindow.performance.getEntriesByType("resource").length,
        pictures: page.querySelectorAll("svg").length,
        bars: boxes(page.querySelectorAll("rect")).filter(box => box.width > 0 && box.height > 0).length,
        classes: [...new Set([...page.querySelectorAll("rect")].map(one => one.getAttribute("class")))],
        outside: [...page.querySelectorAll("svg")].flatMap(svg => {
            const around = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("rect, text")].filter(one => {
                const box = one.getBoundingClientRect();
                return box.left < around.left - 1 || box.right > around.right + 1
                    || box.top < around.top - 1 || box.bottom > around.bottom + 1;
            }).map(one => one.textContent || one.outerHTML);
        }),
        smallest: Math.min(...[...page.querySelectorAll("text")].map(one => {
            const scale = one.getScreenCTM().a;
            return scale * parseFloat(frame.contentWindow.getComputedStyle(one).fontSize);
        })),
        words: page.body.innerText,
    };
    document.body.textContent = JSON.stringify(found);
"#;

/// What a browser makes of a page on a screen that is 360 pixels wide; none where there is no browser.
pub(super) fn on_a_phone(page: &str) -> Result<Option<Value>, Failure> {
    let Some(program) = program() else {
        eprintln!("skipped: there is no `chromium` (Debian's package has that name)");
        return Ok(None);
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let failure = |error: std::io::Error| Failure::new(error.to_string());
    fs::create_dir_all(&folder).map_err(failure)?;
    let (file, profile) = (folder.join("frame.html"), folder.join("profile"));
    let inner = page.replace('&', "&amp;").replace('"', "&quot;");
    let frame = format!(
        "<!doctype html><meta charset=\"utf-8\"><body><iframe width=\"360\" height=\"700\" \
         style=\"border:0\" srcdoc=\"{inner}\" onload='const frame = this;{MEASURE}'></iframe>"
    );
    fs::write(&file, frame).map_err(failure)?;
    let output = Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--virtual-time-budget=10000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .map_err(failure)?;
    let shown = String::from_utf8_lossy(&output.stdout);
    let body = shown.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let Some((body, _)) = body else {
        fail!("the browser shows nothing: {}", String::from_utf8_lossy(&output.stderr))
    };
    let text = body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    match serde_json::from_str(text.trim()) {
        Ok(found) => Ok(Some(found)),
        Err(error) => fail!("{error}: {text}"),
    }
}

fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}
