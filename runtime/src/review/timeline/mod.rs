//! A roll-out as a picture: SVG in a page of HTML that needs no network.

mod heads;
mod scale;
mod words;

use std::fmt::{self, Write as _};
use std::time::Duration;

use self::scale::{Scale, WIDTH};
use self::words::{escaped, moment, said, short};
use crate::outcome::timeline::{MigrationTime, StepTime, Timeline};

const ROW: f64 = 44.0;

const STYLE: &str = "body{font:16px/1.4 system-ui,sans-serif;margin:1rem auto;max-width:45rem;\
    padding:0 1rem;color:#1a1a1a;background:#fff}\
    svg{width:100%;height:auto;display:block;margin:0 0 1.5rem}\
    svg text{font:11px system-ui,sans-serif;fill:currentColor}svg .small{font-size:9px;opacity:.7}\
    .expand{fill:#2f6fb3}.migrate{fill:#2e8b57}.background{fill:#6b8e5a}.switch{fill:#b8860b}.contract{fill:#b3402f}\
    .open{opacity:.5}.failed{fill:#d00}\
    .of-locked{color:#d2691e}.of-held{color:#8a6fc0}.of-rested{color:#7d8894}\
    .locked{fill:#d2691e}.held{fill:#8a6fc0}.rested{fill:#9aa5b1}.live{fill:#2f6fb3}.line{stroke:currentColor;opacity:.15}\
    ul{padding-left:1.2rem}\
    @media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}";

/// Draws a [`Timeline`]: for each migration its phases over the whole time, then each phase by itself
/// with a bar for each step, what it filled, how often it was tried, how long it waited for locks, was
/// held or rested, and what stopped it; and how the instances of older builds drained. The page loads
/// nothing and runs no script.
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
    let mut steps = timeline.migrations.iter().flat_map(|migration| &migration.steps);
    if steps.any(|step| waits(step).next().is_some()) {
        page.line(
            "<p>Below the bar of a step: the time that it <b class=\"of-locked\">waited for locks</b>, \
             <b class=\"of-held\">was held</b> and was <b class=\"of-rested\">at rest</b>.</p>",
        );
    }
    timeline.migrations.iter().for_each(|migration| page.migration(migration));
    page.heads(&timeline.heads);
    page.line("</body></html>");
    page.0
}

/// What is written of the page.
struct Page(String);

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
        let waits: Vec<String> =
            waits(step).map(|(_, time, word)| format!(", {} {word}", said(time))).collect();
        let waits = waits.concat();
        let label = short(what);
        let time = took.map_or_else(|| "not ended".to_owned(), said);
        let rows = if *rows > 0 { format!(", {rows} rows") } else { String::new() };
        let tries = if *tries > 1 { format!(", {tries} tries") } else { String::new() };
        self.line(format_args!(
            "<g><title>{}</title><text x=\"0\" y=\"{}\">{number} {}</text>\
             <text class=\"small\" x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{time}{rows}{tries}{waits}</text>\
             <path class=\"line\" d=\"M0 {}h{WIDTH}\"/>\
             <rect class=\"{class}\" x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"8\"/>",
            escaped(error.as_deref().unwrap_or(what)),
            y + 11.0,
            escaped(&label),
            y + 22.0,
            y + 30.0,
            y + 26.0,
        ));
        self.waits(step, (x, width), y + 35.0);
        self.line("</g>");
    }

    /// Draws which part of a step's time went where, under its bar.
    fn waits(&mut self, step: &StepTime, (mut x, width): (f64, f64), y: f64) {
        let Some(took) = step.took.filter(|took| !took.is_zero()) else { return };
        // It may have been held before its try began.
        let whole = took.max(waits(step).map(|(_, time, _)| time).sum());
        for (class, time, _) in waits(step) {
            let part = time.as_secs_f64() / whole.as_secs_f64() * width;
            self.line(format_args!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{part:.1}\" height=\"3\"/>"
            ));
            x += part;
        }
    }

    fn open(&mut self, height: f64, title: &str) {
        let title = escaped(title);
        self.line(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-label=\"{title}\">"
        ));
    }
}

/// Returns where time of a step went that it did not work: a class, how long, and a word.
fn waits(step: &StepTime) -> impl Iterator<Item = (&'static str, Duration, &'static str)> {
    let all = [
        ("locked", step.locked, "for locks"),
        ("held", step.held, "held"),
        ("rested", step.rested, "at rest"),
    ];
    all.into_iter().filter(|(_, time, _)| !time.is_zero())
}

fn class(step: &StepTime) -> String {
    let known = ["expand", "migrate", "background", "switch", "contract"];
    let phase = known.into_iter().find(|phase| *phase == step.phase).unwrap_or_default();
    match (&step.error, step.took) {
        (Some(_), _) => "failed".to_owned(),
        (None, None) => format!("{phase} open"),
        (None, Some(_)) => phase.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::timeline::{HeadTime, Mark};

    #[test]
    fn text_of_others_is_no_markup_and_every_bar_is_seen() {
        let step = |number, began, took| StepTime {
            phase: "migrate".to_owned(),
            number,
            what: "update \"<script>\"".to_owned(),
            began: Duration::from_secs(began),
            took,
            error: took.is_none().then(|| "a 'quote' & more".to_owned()),
            locked: Duration::from_mins(15),
            held: Duration::from_secs(90),
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
        let counts = [(10, 3), (20, 1), (30, 0)].map(|(at, live)| (Duration::from_secs(at), live));
        let heads = vec![HeadTime { head: "m<0>".to_owned(), counts: counts.to_vec() }];
        let page = timeline(&Timeline { migrations: vec![migration], heads });
        assert!(!page.contains("<script") && !page.contains("m<1>"), "{page}");
        assert!(
            page.contains("15 min for locks, 90.0 s held") && page.contains("3 → 1 → 0"),
            "{page}"
        );
        assert!(page.contains("a &#39;quote&#39; &amp; more") && page.contains("class=\"failed\""));
        let widths = page.split("<rect ").skip(1).filter_map(|rest| rest.split("width=\"").nth(1));
        let widths: Vec<f64> =
            widths.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
        // Two steps in two pictures, what the first waited for, and two counts of instances.
        assert_eq!(widths.len(), 8);
        assert!(widths.iter().all(|width| (2.0..=WIDTH).contains(width)), "{widths:?}");
    }
}
