changeover::migration! {
    after super::m0005_baseline;
    add_column!(users.plan: text not_null default "free");
}
