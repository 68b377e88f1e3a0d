//! Programs that show `changeover` at work; `cargo run --example quickstart` is the first.
