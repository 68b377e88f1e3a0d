//! A history as it is before anything is squashed.

mod m0003_baseline;
mod m0004_years;
mod m0005_drop_age;
mod m0006_plan;

changeover::migrations! {
    pub(super) static HISTORY = [
        m0003_baseline, m0004_years, m0005_drop_age, m0006_plan,
    ];
}
