//! What rows agree on: before the switch the column that will take the place, after it the retired
//! one.

use super::Shadow;
use crate::plan::Phase;
use crate::plan::agreement::{Agreement, Equality};
use crate::plan::swap::conversion::Conversion;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::sql::Sql;

impl Shadow {
    pub(super) fn agreements(&self) -> Vec<Agreement> {
        let made_by = || match &self.convert {
            Conversion::Cast => Vec::new(),
            Conversion::Stated { up, down } => vec![up.as_str(), down.as_str()],
        };
        [self.before_switch(), self.after_switch()].map(|one| one.made_by(made_by())).into()
    }

    fn before_switch(&self) -> Agreement {
        let up = match &self.convert {
            Conversion::Cast => self.column().quoted(),
            Conversion::Stated { up, .. } => up.clone(),
        };
        let follows = Equality::value(&self.shadow(), &self.part.new.ty, &up);
        let differing =
            format!("in which the column that will be `{}` does not follow it", self.column());
        let table = self.name().quoted();
        Agreement::new(table, differing, vec![vec![follows]]).until(Phase::Switch)
    }

    /// A row that nobody has written since the switch has what `up` was given, another what `down`
    /// gives, or null where that would lose something.
    fn after_switch(&self) -> Agreement {
        let (column, retired) = (self.column(), self.retired());
        let (old, new) = (&self.part.old.ty, &self.part.new.ty);
        let up_of = |value: &str| match &self.convert {
            Conversion::Cast => value.to_owned(),
            Conversion::Stated { up, .. } => {
                let up = Sql { text: up.clone(), span: self.part.old.name.span };
                up.with(&column.text, value).text
            }
        };
        let down = match &self.convert {
            Conversion::Cast => column.quoted(),
            Conversion::Stated { down, .. } => down.clone(),
        };
        let kept = Equality::value(column, new, &up_of(&retired.quoted()));
        let carried = Equality::value_or_null(&retired, old, &down);
        let again =
            format!("cast({} as {})", up_of(&format!("cast(({down}) as {})", old.sql)), new.sql);
        let how = Comparison::of(new).unwrap_or(Comparison::Own);
        let lossy = how.distinct(&again, &column.quoted());
        let null =
            format!("row({})::record *= row(cast(null as {}))::record", retired.quoted(), old.sql);
        let left_out =
            Equality { holds: format!("{null} and {lossy}"), failing: Some(null.clone()) };
        let differing = format!("in which the retired column of `{column}` does not follow it");
        let ways = vec![vec![kept], vec![carried], vec![left_out]];
        Agreement::new(self.name().quoted(), differing, ways).since(Phase::Switch)
    }
}
