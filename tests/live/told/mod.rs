//! What is told of a database and of a roll-out, without changing anything.

mod browser;
mod diagnosis;
mod forecast;
mod glance;
mod timeline;
