//! Lists as the server writes them: `{one,"two words",NULL}`.

/// The elements of a one-dimensional array; none where the text is empty, as of NULL.
pub(in crate::catalog::read::objects) fn elements(text: &str) -> Vec<Option<String>> {
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut letters = inside.chars();
    while let Some(first) = letters.next() {
        let (mut element, is_quoted) = (String::new(), first == '"');
        if !is_quoted {
            element.push(first);
        }
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => element.extend(letters.next()),
                '"' if is_quoted => break,
                ',' if !is_quoted => break,
                letter => element.push(letter),
            }
        }
        // The comma behind a quote.
        if is_quoted {
            letters.next();
        }
        found.push(if is_quoted || element != "NULL" { Some(element) } else { None });
    }
    found
}

/// The elements as texts, empty for NULL.
pub(in crate::catalog::read) fn texts(text: &str) -> Vec<String> {
    elements(text).into_iter().map(Option::unwrap_or_default).collect()
}

/// The text with each element changed where it is such a list: an element is quoted by what stands in
/// it. Any other text is changed as a whole.
pub(in crate::catalog::read) fn each(text: &str, change: impl Fn(&str) -> String) -> String {
    if !(text.starts_with('{') && text.ends_with('}')) {
        return change(text);
    }
    let one = |element: Option<String>| match element {
        Some(element) => {
            format!("\"{}\"", change(&element).replace('\\', r"\\").replace('"', "\\\""))
        }
        None => "NULL".to_owned(),
    };
    let all: Vec<String> = elements(text).into_iter().map(one).collect();
    format!("{{{}}}", all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_in_an_element_stays_in_it() {
        let change = |text: &str| text.replace("one", r#""a\, b""#);
        for (given, expected) in
            [("one.t", r#""a\, b".t"#), ("{one.t,NULL,text}", r#"{"\"a\\, b\".t",NULL,"text"}"#)]
        {
            assert_eq!(each(given, change), expected);
        }
        let whole = elements(&each("{one.t,NULL}", change));
        assert_eq!(whole, [Some(r#""a\, b".t"#.to_owned()), None]);
    }

    #[test]
    fn an_array_is_read_as_the_server_writes_it() {
        for (given, expected) in [
            ("", [].as_slice()),
            ("{}", &[]),
            ("{a,b}", &[Some("a"), Some("b")]),
            (r#"{"two words",NULL,"NULL",""}"#, &[Some("two words"), None, Some("NULL"), Some("")]),
            (r#"{"a,\"b\"","c\\d",e}"#, &[Some("a,\"b\""), Some("c\\d"), Some("e")]),
        ] {
            let found = elements(given);
            let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
            assert_eq!(found, expected, "{given}");
        }
    }
}
