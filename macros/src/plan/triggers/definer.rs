//! Trigger functions that run with their owner's rights. Whoever puts one on a table of their own
//! chooses what its `new` is, and with a type and a cast of their own what reading it runs: so nobody
//! else may do that, and such a function looks at the table before it looks at the row.

use crate::plan::Statement;
use crate::syntax::values::default::literal;
use crate::syntax::words::name::TableName;

/// A trigger function that needs nothing but PostgreSQL's own.
pub(crate) struct Definer<'a> {
    pub(crate) table: &'a TableName,
    pub(crate) name: String,
    /// The lines of its `declare` section, which read no row.
    pub(crate) declare: &'a [String],
    pub(crate) body: &'a str,
    /// Why it has more rights than its caller.
    pub(crate) why: &'a str,
}

impl Definer<'_> {
    pub(crate) fn create(&self) -> Vec<Statement> {
        let function = self.signature();
        let declare = match self.declare {
            [] => String::new(),
            lines => format!("declare\n  {};\n", lines.join(";\n  ")),
        };
        let create = format!(
            "create function {function} returns trigger\n  language plpgsql security definer\n  \
             set search_path = pg_catalog, pg_temp\nas $changeover$\n{declare}begin\n{}{}  \
             return new;\nend\n$changeover$",
            self.guard(),
            self.body
        );
        vec![
            Statement::free(create).changing(self.table.sibling(&self.name)).why(self.why),
            Statement::free(format!("revoke execute on function {function} from public"))
                .changing_settings(self.table.sibling(&self.name))
                .why("a trigger fires without this right; to put the function on another table takes it"),
            self.hand_over(),
        ]
    }

    fn signature(&self) -> String {
        format!("{}()", self.table.sibling(&self.name))
    }

    /// Refuses every table but its own and the partitions of that. `pg_partition_ancestors` passes
    /// over a partition that is about to be detached, and whose triggers still fire.
    fn guard(&self) -> String {
        let table = literal(&self.table.quoted());
        format!(
            "  if tg_relid <> {table}::regclass and not exists (
    with recursive above (relation) as (
      select tg_relid
      union all
      select inhparent from pg_inherits join above on inhrelid = relation
    )
    select from above where relation = {table}::regclass
  ) then
    raise exception 'function % is for table % alone', {}, {table}
      using errcode = 'insufficient_privilege';
  end if;
",
            literal(&self.signature())
        )
    }

    /// Default privileges may have given the right to more roles. Only the owner of the table needs
    /// it: who makes a partition puts the triggers of the whole on it (measured).
    fn hand_over(&self) -> Statement {
        let (function, table) = (literal(&self.signature()), literal(&self.table.quoted()));
        let sql = format!(
            "do $changeover$
declare
  of_function constant text := {function};
  role text;
begin
  for role in
    select acl.grantee::regrole
    from pg_catalog.pg_proc, pg_catalog.aclexplode(proacl) as acl
    where pg_proc.oid = of_function::regprocedure::oid and acl.grantee <> proowner
  loop
    execute pg_catalog.format('revoke execute on function %s from %s cascade', of_function, role);
  end loop;
  select relowner::regrole into role from pg_catalog.pg_class where oid = {table}::regclass::oid;
  execute pg_catalog.format('grant execute on function %s to %s', of_function, role);
end
$changeover$"
        );
        Statement::free(sql).why(
            "nor do others have it by default privileges; whoever makes partitions needs it, which is the owner",
        )
    }
}
