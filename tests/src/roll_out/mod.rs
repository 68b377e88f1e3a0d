//! A history of files of its own, as a service has it: the sessions of the command line are about it.

mod m0001_create_users;
mod m0002_rename_username;
mod m0003_drop_username;

changeover::migrations! {
    /// Every schema change of the service.
    pub static MIGRATIONS = [m0001_create_users, m0002_rename_username, m0003_drop_username];
}
