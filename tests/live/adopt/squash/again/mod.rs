//! A history as it is before anything is squashed.

mod m0005_baseline;
mod m0006_plan;

changeover::migrations! {
    pub(super) static HISTORY = [
        m0005_baseline, m0006_plan,
    ];
}
