changeover::migration! {
    after super::m0003_baseline;
    rename_column!(users.age => years);
}
