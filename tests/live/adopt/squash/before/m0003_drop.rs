changeover::migration! {
    after super::m0002_rename;
    contract!(m0002_rename);
}
