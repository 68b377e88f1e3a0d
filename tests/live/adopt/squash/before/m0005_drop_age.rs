changeover::migration! {
    after super::m0004_years;
    contract!(m0004_years);
}
