//! The retired column after the switch, kept up to date for the way back.

use super::Shadow;
use crate::plan::Statement;
use crate::plan::swap::conversion::Conversion;
use crate::plan::triggers::writers_queue::Queue;
use crate::syntax::values::comparison::Comparison;
use crate::syntax::words::name::Name;
use crate::syntax::words::sql::Sql;

impl Shadow {
    /// Keeps the retired column up to date, after the switch: what old builds would read if the
    /// switch were taken back. It must never fail a write of a value that only the new type holds.
    pub(crate) fn lag(&self) -> Vec<Statement> {
        let (column, retired) = (self.column().quoted(), self.retired().quoted());
        let value = match &self.convert {
            Conversion::Cast => format!("cast(new.{column} as {})", self.part.old.ty.sql),
            Conversion::Stated { down, .. } => self.computed(down),
        };
        let (ty, new_ty) = (&self.part.old.ty.sql, &self.part.new.ty);
        let exact = match self.convert {
            Conversion::Cast => {
                let (again, value) =
                    (format!("cast(lag as {})", new_ty.sql), format!("new.{column}"));
                let how = Comparison::of(new_ty).unwrap_or(Comparison::Own);
                let differs = how.distinct(&again, &value);
                format!("\n    if {differs} then\n      lag := null;\n    end if;")
            }
            Conversion::Stated { .. } => String::new(),
        };
        let value = format!("{value};{}", self.lag_is_apart());
        let shadow = self.shadow();
        let own = |name: &Name| if *name == shadow { self.column().clone() } else { name.clone() };
        let keys: Vec<Vec<Name>> =
            self.copies().unique_keys().iter().map(|key| key.iter().map(own).collect()).collect();
        let queue = Queue { table: self.name(), keys: &keys };
        let body = format!(
            "#variable_conflict use_column
declare
  lag {ty};{}
begin
  if tg_op = 'INSERT' or row(new.{column})::record *<> row(old.{column})::record then
    -- null where the old type has no room for it: that must fail no write
    begin
      lag := {value}
    exception when data_exception or integrity_constraint_violation then
      lag := null;
    end;{exact}
    new.{retired} := lag;
  end if;{}
  return new;
end",
            queue.variables(),
            queue.body()
        );
        self.trigger(
            "down",
            &body,
            "carries what is written over to the old column, for the way back",
        )
    }

    /// Two values of the new type may become one of the old, whose key is still there. What `up`
    /// makes the new value of again is the old value of no other.
    fn lag_is_apart(&self) -> String {
        let Conversion::Stated { up, .. } = &self.convert else { return String::new() };
        if !self.may_make_equal() {
            return String::new();
        }
        let again = Sql { text: up.clone(), span: self.part.old.name.span };
        let again = again.with(&self.column().text, "lag");
        format!(
            "
      if row(cast({} as {}))::record *<> row(new.{})::record then
        lag := null;
      end if;",
            again.text,
            self.part.new.ty.sql,
            self.column().quoted()
        )
    }

    pub(crate) fn lag_no_more(&self) -> Vec<Statement> {
        self.no_trigger("down")
    }
}
