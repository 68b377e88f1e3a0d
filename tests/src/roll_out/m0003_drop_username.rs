changeover::migration! {
    after super::m0002_rename_username;
    contract!(m0002_rename_username);
}
