//! A query of the service's own that holds a run.

/// Above this much in its answer the run waits.
#[derive(Debug, Clone)]
pub(crate) struct ThrottleQuery {
    pub(crate) sql: String,
    pub(crate) max: f64,
}

/// What the answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Within,
    /// The run waits, for this reason.
    Above(String),
    /// It is no number, so that the query is at fault.
    Nonsense,
}

impl ThrottleQuery {
    /// Judges the first value of the first row.
    pub(crate) fn judge(&self, value: Option<&str>) -> Answer {
        let max = self.max;
        let Some(text) = value else {
            return Answer::Above(
                "it gave nothing, and what that means it can say by `coalesce`".to_owned(),
            );
        };
        let number = match text {
            "t" => 1.0,
            "f" => 0.0,
            _ => match text.parse::<f64>() {
                Ok(number) => number,
                Err(_) => return Answer::Nonsense,
            },
        };
        // Not a number is within no bound.
        if number <= max {
            return Answer::Within;
        }
        Answer::Above(format!("it gave {text}, {max} allowed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_held_against_its_bound() {
        let query = ThrottleQuery { sql: String::new(), max: 2.0 };
        assert_eq!(query.judge(Some("2")), Answer::Within);
        assert_eq!(query.judge(Some("-1e9")), Answer::Within);
        assert_eq!(query.judge(Some("2.5")), Answer::Above("it gave 2.5, 2 allowed".to_owned()));
        assert!(matches!(query.judge(Some("NaN")), Answer::Above(_)));
        assert!(matches!(query.judge(None), Answer::Above(_)));
        assert_eq!(query.judge(Some("many")), Answer::Nonsense);
    }

    #[test]
    fn a_truth_is_one_or_nothing() {
        let query = ThrottleQuery { sql: String::new(), max: 0.0 };
        assert_eq!(query.judge(Some("f")), Answer::Within);
        assert!(matches!(query.judge(Some("t")), Answer::Above(_)));
    }
}
