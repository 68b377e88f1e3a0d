//! A history as it is before anything is squashed.

mod m0001_users;
mod m0002_rename;
mod m0003_drop;
mod m0004_years;
mod m0005_drop_age;
mod m0006_plan;

changeover::migrations! {
    pub(super) static HISTORY = [
        m0001_users, m0002_rename, m0003_drop, m0004_years, m0005_drop_age, m0006_plan,
    ];
}
