//! How the instances of older builds drain.

use super::scale::{Scale, WIDTH};
use super::words::{escaped, moment, said, short};
use super::{Page, ROW};
use crate::outcome::timeline::HeadTime;

impl Page {
    /// Draws how the instances of older builds drain, a row a build.
    pub(super) fn heads(&mut self, heads: &[HeadTime]) {
        let counts = || heads.iter().flat_map(|head| &head.counts);
        let Some((first, _)) = counts().min() else { return };
        let nothing = Scale { from: *first, until: *first };
        let scale = counts().fold(nothing, |scale, (at, _)| scale.with(*at));
        let most = counts().map(|(_, live)| *live).max().unwrap_or_default().max(1);
        self.line("<h2>Instances, by the head of their build</h2>");
        let from = moment(scale.from);
        self.line(format_args!("<p>{} from {from} UTC</p>", said(scale.length())));
        let mut rows = Page(String::new());
        let mut height = 0.0;
        for head in heads {
            rows.head(head, scale, (height, most));
            height += ROW;
        }
        self.open(height, "instances by the head of their build");
        self.0.push_str(&rows.0);
        self.line("</svg>");
    }

    fn head(&mut self, HeadTime { head, counts }: &HeadTime, scale: Scale, (y, most): (f64, u64)) {
        let all: Vec<String> = counts.iter().map(|(_, live)| live.to_string()).collect();
        let shown = all.get(all.len().saturating_sub(6)..).unwrap_or_default().join(" → ");
        self.line(format_args!(
            "<g><title>{head}: {shown}</title><text x=\"0\" y=\"{}\">{head}</text>\
             <text class=\"small\" x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{shown}</text>\
             <path class=\"line\" d=\"M0 {}h{WIDTH}\"/>",
            y + 11.0,
            y + 22.0,
            y + 34.0,
            head = escaped(&short(head)),
        ));
        let ends = counts.iter().skip(1).map(|(at, _)| *at).chain([scale.until]);
        for ((from, live), until) in counts.iter().zip(ends).filter(|((_, live), _)| *live > 0) {
            let x = scale.place(*from).min(WIDTH - 2.0);
            let width = (scale.place(until) - x).max(2.0);
            let share =
                (u32::try_from(*live).unwrap_or(u32::MAX), u32::try_from(most).unwrap_or(1));
            let tall = (8.0 * f64::from(share.0) / f64::from(share.1)).max(1.0);
            self.line(format_args!(
                "<rect class=\"live\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>",
                y + 34.0 - tall
            ));
        }
        self.line("</g>");
    }
}
