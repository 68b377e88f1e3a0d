//! A value as it comes from the server and goes there again, whatever its type is.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{
    Format, FromSql, IsNull, Kind as TypeKind, ToSql, Type, to_sql_checked,
};

/// What a parameter or a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    /// As people write it.
    Text(String),
    /// As the server sends it, with the number of its type.
    Binary(u32, Vec<u8>),
}

/// The number of a type, or of that which a domain is of: on the wire they are the same.
pub(super) fn number_of(ty: &Type) -> u32 {
    match ty.kind() {
        TypeKind::Domain(base) => number_of(base),
        _ => ty.oid(),
    }
}

impl Value {
    /// Tells whether the server takes it for a parameter of this type.
    pub(super) fn fits(&self, ty: &Type) -> bool {
        !matches!(self, Value::Binary(own, _) if *own != number_of(ty))
    }

    /// Tells whether what is found is certainly another value than this one, which was written: not where
    /// the column's type has changed, or where it was written as text.
    pub(super) fn is_lost_in(&self, found: &Value) -> bool {
        match (self, found) {
            (Value::Binary(own, written), Value::Binary(others, found)) => {
                own == others && written != found
            }
            (Value::Binary(..), Value::Null) => true,
            _ => false,
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Text(text) => out.extend_from_slice(text.as_bytes()),
            Value::Binary(_, bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        match self {
            Value::Text(_) => Format::Text,
            Value::Null | Value::Binary(..) => Format::Binary,
        }
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Binary(number_of(ty), raw.to_vec()))
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A number that no other call gives, in this run or, as good as certainly, in another.
pub(super) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let first = (now & 0xff_ffff) << 16;
    let set = NEXT.compare_exchange(0, first + 1, Ordering::Relaxed, Ordering::Relaxed);
    if set.is_ok() { first } else { NEXT.fetch_add(1, Ordering::Relaxed) }
}

/// A value of a type that no row has yet. `like` is one that a row has; a text is built on it, so that it
/// keeps the form that a check asks for.
pub(super) fn fresh(ty: &str, longest: Option<usize>, like: Option<&Value>) -> Option<Value> {
    let n = number();
    let text = match ty {
        "int4" => (1_000_000_000 + n % 1_100_000_000).to_string(),
        "int8" | "numeric" => (1_000_000_000_000 + n).to_string(),
        "uuid" => format!("00000000-{:04x}-4000-8000-{n:012x}", std::process::id() & 0xffff),
        "text" | "varchar" | "bpchar" | "citext" => return Some(fresh_text(n, longest, like)),
        "bytea" => format!("\\x{n:016x}"),
        "date" => format!("{}-{:02}-{:02}", 2100 + n / 336 % 3000, n / 28 % 12 + 1, n % 28 + 1),
        "timestamp" | "timestamptz" => {
            format!("2{:03}-01-01 00:00:00.{:06}", n / 1_000_000 % 1000, n % 1_000_000)
        }
        _ => return None,
    };
    Some(Value::Text(text))
}

fn fresh_text(n: u64, longest: Option<usize>, like: Option<&Value>) -> Value {
    let token = format!("r{n:x}");
    let longest = longest.unwrap_or(200);
    if let Some(Value::Binary(_, bytes)) = like
        && let Ok(known) = std::str::from_utf8(bytes)
    {
        let known = known.trim_end();
        // One that an earlier rehearsal wrote has a token already.
        if known.chars().count() + token.len() <= longest && known.len() < 120 {
            return Value::Text(format!("{token}{known}"));
        }
    }
    let short: String = token.chars().rev().take(longest).collect();
    Value::Text(if short.len() < token.len() { short } else { token })
}

/// A value for a row that nothing is known of, by its type and the type's category.
///
/// PostgreSQL manual, `pg_type`, table "typcategory Codes".
pub(super) fn made(ty: &str, category: &str, label: Option<&str>) -> Option<Value> {
    let text = match (ty, category) {
        ("uuid", _) => "00000000-0000-4000-8000-000000000001",
        ("json" | "jsonb", _) => "{}",
        ("bytea", _) => "\\x00",
        ("time" | "timetz", _) => "00:00",
        (_, "N") => "1",
        (_, "S") => "r",
        (_, "B") => "f",
        (_, "D") => "2000-01-01",
        (_, "T") => "1 hour",
        (_, "A") => "{}",
        (_, "R") => "empty",
        (_, "I") => "192.0.2.1",
        (_, "E") => label?,
        _ => return None,
    };
    Some(Value::Text(text.to_owned()))
}

/// A number below another one, good enough to choose by.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Dice {
        Dice(number().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        // Marsaglia, "Xorshift RNGs".
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % end.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_text_keeps_the_form_of_another_and_its_length() {
        let like = Value::Binary(25, b"a@b.org".to_vec());
        let Some(Value::Text(mail)) = fresh("text", None, Some(&like)) else { panic!("no text") };
        assert!(mail.ends_with("a@b.org") && mail.len() > 8, "{mail}");
        let texts: Vec<_> = (0..3).map(|_| fresh("varchar", Some(5), Some(&like))).collect();
        for text in &texts {
            assert!(matches!(text, Some(Value::Text(text)) if text.len() == 5), "{text:?}");
        }
        assert!(texts[0] != texts[1] && texts[1] != texts[2]);
        assert_eq!(fresh("point", None, None), None);
    }

    #[test]
    fn numbers_differ() {
        let mut all: Vec<u64> = (0..100).map(|_| number()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 100);
    }
}
