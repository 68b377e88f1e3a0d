//! One look for all SQL: keywords in lower case, a long `create table` over several lines.

/// Lowers what stands outside quotes. PostgreSQL folds unquoted words itself, so the meaning
/// stays.
pub(crate) fn lower(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quote = None;
    for c in sql.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            _ => {}
        }
        if quote.is_none() { out.extend(c.to_lowercase()) } else { out.push(c) }
    }
    out
}

/// Sets each item of the outermost parentheses on a line of its own.
pub(crate) fn spread(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 64);
    let (mut depth, mut quote) = (0_usize, None);
    let mut fresh = false;
    for c in sql.chars() {
        if fresh && c == ' ' {
            continue;
        }
        fresh = false;
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let outside = quote.is_none();
        if outside && c == ')' && depth == 0 {
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
        out.push(c);
        if outside && (c == ',' || c == '(') && depth == 1 {
            out.push_str("\n  ");
            fresh = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_their_case() {
        assert_eq!(
            lower(r#"DEFAULT 'It''s ME' "Col" COALESCE"#),
            r#"default 'It''s ME' "Col" coalesce"#
        );
    }

    #[test]
    fn only_the_outermost_list_is_spread() {
        assert_eq!(
            spread(r#"create table "t" ( "a(" numeric(1, 2), check ((a, ',') > b) )"#),
            "create table \"t\" (\n  \"a(\" numeric(1, 2),\n  check ((a, ',') > b)\n)"
        );
    }
}
