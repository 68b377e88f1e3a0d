//! A roll-out as a picture: SVG in a page of HTML that needs no network.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::outcome::timeline::{MigrationTime, StepTime, Timeline};

/// The width of the picture in its own units: that of a phone, so that its text is read there.
const WIDTH: f64 = 360.0;
const ROW: f64 = 36.0;

const STYLE: &str = "body{font:16px/1.4 system-ui,sans-serif;margin:1rem auto;max-width:45rem;\
    padding:0 1rem;color:#1a1a1a;background:#fff}\
    svg{width:100%;height:auto;display:block;margin:0 0 1.5rem}\
    svg text{font:10px system-ui,sans-serif;fill:currentColor}svg .small{font-size:8px;opacity:.7}\
    .expand{fill:#2f6fb3}.migrate{fill:#2e8b57}.switch{fill:#b8860b}.contract{fill:#b3402f}\
    .open{opacity:.5}.failed{fill:#d00}.line{stroke:currentColor;opacity:.15}\
    ul{padding-left:1.2rem}\
    @media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

/// Draws a [`Timeline`]: for each migration its phases over the whole time, then each phase by itself
/// with a bar for each step, what it filled, how often it was tried and what stopped it. The page
/// loads nothing and runs no script.
///
/// ```
/// use changeover::{Timeline, review};
///
/// let page = review::timeline(&Timeline::default());
/// assert!(page.contains("Nothing has run."));
/// ```
pub fn timeline(timeline: &Timeline) -> String {
    let mut page = Page(String::new());
    page.line("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.line("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
    page.line(format_args!("<title>Timeline</title><style>{STYLE}</style></head><body>"));
    if timeline.migrations.is_empty() {
        page.line("<p>Nothing has run.</p>");
    }
    timeline.migrations.iter().for_each(|migration| page.migration(migration));
    page.line("</body></html>");
    page.0
}

struct Page(String);

/// A stretch of time that is drawn over the whole width.
#[derive(Clone, Copy)]
struct Scale {
    from: Duration,
    until: Duration,
}

impl Scale {
    fn of<'a>(steps: impl Iterator<Item = &'a StepTime>) -> Scale {
        steps.fold(Scale { from: Duration::MAX, until: Duration::ZERO }, |scale, step| Scale {
            from: scale.from.min(step.began),
            until: scale.until.max(end(step)),
        })
    }

    fn with(self, moment: Duration) -> Scale {
        Scale { from: self.from.min(moment), until: self.until.max(moment) }
    }

    fn length(self) -> Duration {
        self.until.saturating_sub(self.from)
    }

    fn place(self, moment: Duration) -> f64 {
        let length = self.length().as_secs_f64();
        let since = moment.saturating_sub(self.from).as_secs_f64();
        if length > 0.0 { since / length * WIDTH } else { 0.0 }
    }

    /// Where a bar begins, and how wide it is: never so narrow that nobody sees it.
    fn bar(self, step: &StepTime) -> (f64, f64) {
        let from = self.place(step.began).min(WIDTH - 2.0);
        (from, (self.place(end(step)) - from).max(2.0))
    }
}

fn end(step: &StepTime) -> Duration {
    step.began.saturating_add(step.took.unwrap_or_default())
}

impl Page {
    fn line(&mut self, line: impl fmt::Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn migration(&mut self, migration: &MigrationTime) {
        let MigrationTime { id, state, steps, marks } = migration;
        self.line(format_args!("<h2>{}</h2>", escaped(id)));
        let whole = marks.iter().fold(Scale::of(steps.iter()), |scale, mark| scale.with(mark.at));
        self.line(format_args!(
            "<p>{}: {} in all, from {} UTC</p>",
            escaped(state),
            said(whole.length()),
            moment(whole.from)
        ));
        self.overview(migration, whole);
        let mut phases: Vec<&str> = steps.iter().map(|step| step.phase.as_str()).collect();
        phases.dedup();
        for phase in phases {
            let own: Vec<&StepTime> = steps.iter().filter(|step| step.phase == phase).collect();
            self.phase(phase, &own);
        }
        if !marks.is_empty() {
            self.line("<ul>");
            for mark in marks {
                self.line(format_args!("<li>{} {}</li>", moment(mark.at), escaped(&mark.what)));
            }
            self.line("</ul>");
        }
    }

    fn overview(&mut self, migration: &MigrationTime, scale: Scale) {
        self.open(24.0, &format!("{} over its whole time", migration.id));
        for step in &migration.steps {
            let ((x, width), class) = (scale.bar(step), class(step));
            self.line(format_args!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"4\" width=\"{width:.1}\" height=\"12\"/>"
            ));
        }
        for mark in &migration.marks {
            let x = scale.place(mark.at);
            let what = escaped(&mark.what);
            self.line(format_args!(
                "<path d=\"M{x:.1} 0v20\" stroke=\"currentColor\"><title>{what}</title></path>"
            ));
        }
        self.line("</svg>");
    }

    fn phase(&mut self, phase: &str, steps: &[&StepTime]) {
        let scale = Scale::of(steps.iter().copied());
        let from = moment(scale.from);
        let name = escaped(phase);
        self.line(format_args!("<h3>{name}: {} from {from}</h3>", said(scale.length())));
        let mut height = 0.0;
        let mut rows = Page(String::new());
        for step in steps {
            rows.step(step, scale, height);
            height += ROW;
        }
        self.open(height, phase);
        self.0.push_str(&rows.0);
        self.line("</svg>");
    }

    fn step(&mut self, step: &StepTime, scale: Scale, y: f64) {
        let ((x, width), class) = (scale.bar(step), class(step));
        let StepTime { number, what, took, rows, tries, error, .. } = step;
        let label: String = what.chars().take(60).collect();
        let time = took.map_or_else(|| "not ended".to_owned(), said);
        let rows = if *rows > 0 { format!(", {rows} rows") } else { String::new() };
        let tries = if *tries > 1 { format!(", {tries} tries") } else { String::new() };
        self.line(format_args!(
            "<g><title>{}</title><text x=\"0\" y=\"{}\">{number} {}</text>\
             <text class=\"small\" x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{time}{rows}{tries}</text>\
             <path class=\"line\" d=\"M0 {}h{WIDTH}\"/>\
             <rect class=\"{class}\" x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"8\"/></g>",
            escaped(error.as_deref().unwrap_or(what)),
            y + 10.0,
            escaped(&label),
            y + 19.0,
            y + 24.0,
            y + 20.0,
        ));
    }

    fn open(&mut self, height: f64, title: &str) {
        let title = escaped(title);
        self.line(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\">"
        ));
    }
}

fn class(step: &StepTime) -> String {
    let known = ["expand", "migrate", "switch", "contract"];
    let phase = known.into_iter().find(|phase| *phase == step.phase).unwrap_or_default();
    match (&step.error, step.took) {
        (Some(_), _) => "failed".to_owned(),
        (None, None) => format!("{phase} open"),
        (None, Some(_)) => phase.to_owned(),
    }
}

/// Text of others in a page.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            plain => safe.push(plain),
        }
    }
    safe
}

fn said(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1..120 => format!("{:.1} s", time.as_secs_f64()),
        120..7200 => format!("{} min", time.as_secs() / 60),
        7200..172_800 => format!("{} h", time.as_secs() / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// A moment in UTC, by the civil calendar: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`.
fn moment(since: Duration) -> String {
    let (days, seconds) = (since.as_secs() / 86_400 + 719_468, since.as_secs() % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let [hour, minute, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::timeline::Mark;

    #[test]
    fn moments_are_those_of_the_calendar() {
        let said = [0, 951_827_696, 1_798_675_199].map(|since| moment(Duration::from_secs(since)));
        assert_eq!(said, ["1970-01-01 00:00:00", "2000-02-29 12:34:56", "2026-12-30 23:59:59"]);
    }

    #[test]
    fn text_of_others_is_no_markup_and_every_bar_is_seen() {
        let step = |number, began, took| StepTime {
            phase: "migrate".to_owned(),
            number,
            what: "update \"<script>\"".to_owned(),
            began: Duration::from_secs(began),
            took,
            error: took.is_none().then(|| "a 'quote' & more".to_owned()),
            ..StepTime::default()
        };
        let hour = Some(Duration::from_hours(1));
        let at = Duration::from_secs(50);
        let migration = MigrationTime {
            id: "m<1>".to_owned(),
            state: "migrating".to_owned(),
            steps: vec![step(1, 100, hour), step(2, 3700, None)],
            marks: vec![Mark { at, what: "opened".to_owned() }],
        };
        let page = timeline(&Timeline { migrations: vec![migration] });
        assert!(!page.contains("<script") && !page.contains("m<1>"), "{page}");
        assert!(page.contains("a &#39;quote&#39; &amp; more") && page.contains("class=\"failed\""));
        let widths = page.split("<rect ").skip(1).filter_map(|rest| rest.split("width=\"").nth(1));
        let widths: Vec<f64> =
            widths.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
        assert_eq!(widths.len(), 4);
        assert!(widths.iter().all(|width| (2.0..=WIDTH).contains(width)), "{widths:?}");
    }
}
