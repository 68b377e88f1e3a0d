changeover::migration! {
    after super::m0005_drop_age;
    add_column!(users.plan: text not_null default "free");
}
