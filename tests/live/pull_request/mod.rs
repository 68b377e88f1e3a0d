//! What is said of a pull request: of the migrations that a branch adds, by sizes that were kept, and to
//! forges.

mod asserted;
mod forges;
mod judged;
mod page;
mod repository;
mod scanners;
mod since;
mod sizes;
