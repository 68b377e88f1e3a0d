changeover::migration! {
    after super::m0001_create_users;
    rename_column!(users.username => display_name);
}
