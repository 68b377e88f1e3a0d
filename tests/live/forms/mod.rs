//! Forms of a change: in one step, outside a transaction, several together, by hand.

mod alone;
mod bound;
mod combined;
mod direct;
mod functions;
mod hand_written;
mod passed_on;
mod privileges;
mod teeth;
