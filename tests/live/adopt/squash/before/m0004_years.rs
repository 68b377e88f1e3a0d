changeover::migration! {
    after super::m0003_drop;
    rename_column!(users.age => years);
}
