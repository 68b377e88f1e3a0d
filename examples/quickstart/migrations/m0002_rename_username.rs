changeover::migration! {
    after super::m0001_create_users;

    /// Support asked for a name that users may change.
    rename_column!(users.username => display_name);
    add_column!(users.plan: text not_null default "free");
    add_index!(users(plan, created_at desc));
}
