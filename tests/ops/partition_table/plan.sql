-- m0002_change
-- after m0001_base

-- ==== expand =================================================================
-- Waits for nothing. A transaction takes all its locks first; if it does not get them within
-- 300ms, it lets clients pass and tries again. If it stops: each step is done wholly or not
-- at all, and the next run goes on.

-- partition_table!(events, by range(created_at), events_before to("2027-01-01"))
-- note: from the first step of migrate on `events` takes no row outside the bound of
--   `events_before` (23514), until there is a partition for it: `create_partition!(… of
--   events, …)` behind this
-- note: `copy … to` of the table by its name fails from then on (42809): `copy (select …)
--   to` in its place; `only` finds no rows in it; a `before` trigger for each row must not
--   change the partition key; a client that waits for a row which moves to another partition at
--   that moment fails (40001)

-- 1/1 asked before anything is done
begin;
set local lock_timeout = '300ms';
do $catalogs$
declare
  own regclass := '"public"."events"';
  problem text;
begin
  select string_agg(what, '; ') into problem from (
    select 'it is not a plain table' from pg_class
    where oid = own and (relkind <> 'r' or relpersistence <> 'p' or relispartition or reloftype <> 0)
    union all select format('it inherits from or to %s', case own when inhrelid then inhparent else inhrelid end::regclass)
    from pg_inherits where own in (inhrelid, inhparent)
    union all select format('constraint %s is of no migration', conname) from pg_constraint
    where conrelid = own and contype not in ('n', 't') and conname <> all (array['events_customer_id_fkey', 'events_name_check', 'events_pkey', 'events_created_at_id_name_key', 'events_bound_184e2121']::name[])
    union all select format('constraint %s is not valid', conname)
    from pg_constraint where conrelid = own and not convalidated
    union all select format('index %s is of no migration, or not valid', relname)
    from pg_index join pg_class c on c.oid = indexrelid
    where indrelid = own and (not indisvalid or relname <> all (array['events_pkey', 'events_created_at_id_name_key', 'events_customer_id_idx', 'events_lower']::name[]))
    union all select format('there is no index %s', known) from unnest(array['events_pkey', 'events_created_at_id_name_key', 'events_customer_id_idx', 'events_lower']::name[]) known
    where not exists (select from pg_index join pg_class c on c.oid = indexrelid
      where indrelid = own and relname = known)
    union all select format('foreign key %s of %s is of no migration', conname, conrelid::regclass)
    from pg_constraint where confrelid = own and contype = 'f' and conparentid = 0
      and (conrelid, conname) not in (
        select f::oid, n from (values ('"public"."notes"'::regclass, 'notes_event_id_event_at_fkey'), (null, null)) v (f, n) where f is not null)
    union all select format('trigger %s for each row has transition tables', tgname) from pg_trigger
    where tgrelid = own and tgtype & 1 = 1 and (tgoldtable is not null or tgnewtable is not null)
    union all select format('rule %s on it', rulename) from pg_rewrite where ev_class = own
    union all select distinct format('%s reads it', pg_describe_object('pg_class'::regclass, c.oid, 0))
    from pg_depend d join pg_rewrite w on w.oid = d.objid join pg_class c on c.oid = w.ev_class
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and (c.relkind <> 'v' or w.rulename <> '_RETURN' or not pg_has_role(c.relowner, 'usage'))
    union all select format('%s reads it, and belongs to another role', d.objid::regprocedure)
    from pg_depend d join pg_proc p on p.oid = d.objid
    where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and not pg_has_role(proowner, 'usage')
    union all select distinct format('%s uses its row as a type', pg_describe_object(d.classid, d.objid, d.objsubid))
    from pg_type t join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
    where t.typrelid = own and d.deptype <> 'i'
    union all select format('publication %s publishes it, and not by way of partitioned tables', p.pubname)
    from pg_publication p where not pubviaroot and exists (select from pg_publication_tables l
      join pg_class c on c.oid = own and l.tablename = relname and l.schemaname = relnamespace::regnamespace::name
      where l.pubname = p.pubname)
    union all select format('publication %s publishes it, and belongs to another role', pubname)
    from pg_publication p join pg_publication_rel on prpubid = p.oid
    where prrelid = own and not pg_has_role(pubowner, 'usage')
    union all select 'its replica identity is an index' from pg_class where oid = own and relreplident = 'i'
    union all select 'a subscription writes it' from pg_subscription_rel where srrelid = own
  ) found (what);
  if problem is not null then
    raise exception 'table "public"."events" cannot become partitioned: %', problem using errcode = 'object_not_in_prerequisite_state',
      hint = 'drop or replace what is in the way, or make it part of the history; a publication takes `set (publish_via_partition_root = true)`';
  end if;
end $catalogs$;
commit;

-- ==== migrate ================================================================
-- Runs as soon as expand is done. Long, but what blocks reads or writes is brief.
-- If it stops: both shapes are in use and equal, and the next run goes on.

-- partition_table!(events, by range(created_at), events_before to("2027-01-01"))

-- 1/10 attaching would fail over such rows
-- stops the migration, with nothing locked, if rows are outside the bound
-- help: mend or delete them, or let the table be a partition with another bound
select * from "public"."events" where not ("created_at" is not null and "created_at" < '2027-01-01') limit 5;

-- 2/10 `events` takes no rows but those of `events_before` from now on
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" add constraint "events_bound_184e2121" check ("created_at" is not null and "created_at" < '2027-01-01') not valid;
commit;

-- 3/10 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
alter table "public"."events" validate constraint "events_bound_184e2121";
commit;

-- 4/10 for the way back alone: reads every row; blocks nobody
-- nothing to do on the way forward

-- 5/10 `events` is partitioned from now on, and its rows are in `events_before`; nothing is
--   read or copied
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- the tables that the foreign keys point at, before the one that has them
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
lock table "public"."customers" in access exclusive mode;
-- lock: ACCESS EXCLUSIVE on "public"."recent": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."by_day": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
lock table "public"."events" in access exclusive mode;
-- the tables whose foreign keys point at it, behind it
-- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
lock table "public"."notes" in access exclusive mode;
-- what came since it was asked
do $catalogs$
declare
  own regclass := '"public"."events"';
  problem text;
begin
  select string_agg(what, '; ') into problem from (
    select 'it is not a plain table' from pg_class
    where oid = own and (relkind <> 'r' or relpersistence <> 'p' or relispartition or reloftype <> 0)
    union all select format('it inherits from or to %s', case own when inhrelid then inhparent else inhrelid end::regclass)
    from pg_inherits where own in (inhrelid, inhparent)
    union all select format('constraint %s is of no migration', conname) from pg_constraint
    where conrelid = own and contype not in ('n', 't') and conname <> all (array['events_customer_id_fkey', 'events_name_check', 'events_pkey', 'events_created_at_id_name_key', 'events_bound_184e2121']::name[])
    union all select format('constraint %s is not valid', conname)
    from pg_constraint where conrelid = own and not convalidated
    union all select format('index %s is of no migration, or not valid', relname)
    from pg_index join pg_class c on c.oid = indexrelid
    where indrelid = own and (not indisvalid or relname <> all (array['events_pkey', 'events_created_at_id_name_key', 'events_customer_id_idx', 'events_lower']::name[]))
    union all select format('there is no index %s', known) from unnest(array['events_pkey', 'events_created_at_id_name_key', 'events_customer_id_idx', 'events_lower']::name[]) known
    where not exists (select from pg_index join pg_class c on c.oid = indexrelid
      where indrelid = own and relname = known)
    union all select format('foreign key %s of %s is of no migration', conname, conrelid::regclass)
    from pg_constraint where confrelid = own and contype = 'f' and conparentid = 0
      and (conrelid, conname) not in (
        select f::oid, n from (values ('"public"."notes"'::regclass, 'notes_event_id_event_at_fkey'), (null, null)) v (f, n) where f is not null)
    union all select format('trigger %s for each row has transition tables', tgname) from pg_trigger
    where tgrelid = own and tgtype & 1 = 1 and (tgoldtable is not null or tgnewtable is not null)
    union all select format('rule %s on it', rulename) from pg_rewrite where ev_class = own
    union all select distinct format('%s reads it', pg_describe_object('pg_class'::regclass, c.oid, 0))
    from pg_depend d join pg_rewrite w on w.oid = d.objid join pg_class c on c.oid = w.ev_class
    where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and (c.relkind <> 'v' or w.rulename <> '_RETURN' or not pg_has_role(c.relowner, 'usage'))
    union all select format('%s reads it, and belongs to another role', d.objid::regprocedure)
    from pg_depend d join pg_proc p on p.oid = d.objid
    where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = own
      and not pg_has_role(proowner, 'usage')
    union all select distinct format('%s uses its row as a type', pg_describe_object(d.classid, d.objid, d.objsubid))
    from pg_type t join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
    where t.typrelid = own and d.deptype <> 'i'
    union all select format('publication %s publishes it, and not by way of partitioned tables', p.pubname)
    from pg_publication p where not pubviaroot and exists (select from pg_publication_tables l
      join pg_class c on c.oid = own and l.tablename = relname and l.schemaname = relnamespace::regnamespace::name
      where l.pubname = p.pubname)
    union all select format('publication %s publishes it, and belongs to another role', pubname)
    from pg_publication p join pg_publication_rel on prpubid = p.oid
    where prrelid = own and not pg_has_role(pubowner, 'usage')
    union all select 'its replica identity is an index' from pg_class where oid = own and relreplident = 'i'
    union all select 'a subscription writes it' from pg_subscription_rel where srrelid = own
  ) found (what);
  if problem is not null then
    raise exception 'table "public"."events" cannot become partitioned: %', problem using errcode = 'object_not_in_prerequisite_state',
      hint = 'drop or replace what is in the way, or make it part of the history; a publication takes `set (publish_via_partition_root = true)`';
  end if;
end $catalogs$;
-- the owner, rights, policies, triggers, publications, comments; views and the rest that reads
--   it: whatever was made outside a migration too
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
do $catalogs$
declare
  readers text;
  belongings text;
begin
  with t as (
  select *, '"public"."events"'::text as name from pg_class where oid = '"public"."events"'::regclass::oid
), given as (
  select x.*, '' as part from t, aclexplode(relacl) x
  union all
  select x.*, format(' (%I)', attname) from t join pg_attribute on attrelid = t.oid and not attisdropped,
    aclexplode(attacl) x
), reader as (
  select distinct d.classid, coalesce(w.ev_class, d.objid) as oid
  from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
  left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
), kept (reads, place, command) as (
  select true, 1, format('alter table %s owner to %I', name, pg_get_userbyid(relowner))
  from t where relowner <> current_user::regrole
  union all
  select true, 2, format('alter sequence %s owned by %s.%I', d.objid::regclass, name, attname)
  from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.deptype = 'a'
  join pg_sequence s on d.classid = 'pg_class'::regclass and s.seqrelid = d.objid
  join pg_attribute on attrelid = t.oid and attnum = d.refobjsubid
  union all
  select true, 3, format('create or replace view %s%s as %s', v.oid::regclass,
    ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
  from reader join pg_class v on v.oid = reader.oid and v.relkind = 'v'
  where classid = 'pg_rewrite'::regclass
  union all
  select true, 4, pg_get_functiondef(oid) from reader where classid = 'pg_proc'::regclass
  union all
  select true, 5, format('alter policy %I on %s%s%s', polname, polrelid::regclass,
    ' using (' || pg_get_expr(polqual, polrelid) || ')',
    ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
  from t, reader join pg_policy p on p.oid = reader.oid
  where classid = 'pg_policy'::regclass and polrelid <> t.oid
  union all
  select false, 1, format('revoke all on table %s from %s', name, who)
  from t, (
    select case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
    from t join pg_default_acl on defaclobjtype = 'r' and defaclnamespace in (0, relnamespace),
      aclexplode(defaclacl) x
    union
    select quote_ident(pg_get_userbyid(relowner)) from t where relacl is not null
  ) known (who)
  union all
  select false, 2, format('grant %s%s on table %s to %s%s', privilege_type, part, name,
    case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
    case when is_grantable then ' with grant option' end)
  from t, given
  union all
  select false, 3, format('create policy %I on %s as %s for %s to %s%s%s', polname, name,
    case when polpermissive then 'permissive' else 'restrictive' end,
    case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
      when 'd' then 'delete' else 'all' end,
    (select string_agg(case r when 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ')
      from unnest(polroles) r),
    ' using (' || pg_get_expr(polqual, polrelid) || ')',
    ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
  from t join pg_policy on polrelid = t.oid
  union all
  select false, 4, format('alter table %s %s row level security', name, word)
  from t, lateral (values (relrowsecurity, 'enable'), (relforcerowsecurity, 'force')) w (is_on, word)
  where is_on
  union all
  select false, 5, pg_get_triggerdef(g.oid)
  from t join pg_trigger g on tgrelid = t.oid where not tgisinternal
  union all
  select false, 6, format('alter table %s %s trigger %I', name, case tgenabled when 'D' then 'disable'
    when 'R' then 'enable replica' else 'enable always' end, tgname)
  from t join pg_trigger on tgrelid = t.oid where not tgisinternal and tgenabled <> 'O'
  union all
  select false, 7, format('alter publication %I add table %s%s%s', p.pubname, name,
    case when to_jsonb(r) ->> 'prattrs' is not null then
      (select format(' (%s)', string_agg(quote_ident(c), ', '))
      from jsonb_array_elements_text(to_jsonb(l) -> 'attnames') c) end,
    ' where (' || (to_jsonb(l) ->> 'rowfilter') || ')')
  from t join pg_publication_rel r on prrelid = t.oid join pg_publication p on p.oid = prpubid
  left join pg_publication_tables l on l.pubname = p.pubname
    and l.schemaname = relnamespace::regnamespace::name and l.tablename = relname
  union all
  select false, 7, format('alter table %s replica identity %s', name,
    case relreplident when 'f' then 'full' else 'nothing' end)
  from t where relreplident in ('f', 'n')
  union all
  select false, 8, format('alter table %s alter column %I set statistics %s', name, attname, attstattarget)
  from t join pg_attribute on attrelid = t.oid and not attisdropped where attstattarget >= 0 and attnum > 0
  union all
  select false, 8, format('alter table %s alter column %I set (%s)', name, attname,
    array_to_string(attoptions, ', '))
  from t join pg_attribute on attrelid = t.oid and not attisdropped where attoptions is not null
  union all
  select false, 9, format('comment on %s is %L', what, description)
  from t, lateral (
    select classoid, objoid, case when objsubid = 0 then format('table %s', name)
      else format('column %s.%I', name, attname) end, description
    from pg_description left join pg_attribute on attrelid = objoid and attnum = objsubid
    where classoid = 'pg_class'::regclass and objoid = t.oid
    union all
    select 'pg_class'::regclass, indexrelid, format('index %s', indexrelid::regclass),
      obj_description(indexrelid, 'pg_class') from pg_index where indrelid = t.oid
    union all
    select 'pg_constraint'::regclass, c.oid, format('constraint %I on %s', conname, name),
      obj_description(c.oid, 'pg_constraint') from pg_constraint c where conrelid = t.oid
    union all
    select 'pg_trigger'::regclass, g.oid, format('trigger %I on %s', tgname, name),
      obj_description(g.oid, 'pg_trigger') from pg_trigger g where tgrelid = t.oid
    union all
    select 'pg_policy'::regclass, p.oid, format('policy %I on %s', polname, name),
      obj_description(p.oid, 'pg_policy') from pg_policy p where polrelid = t.oid
  ) said (of, oid, what, description)
  where description is not null
)
select coalesce(json_agg(command order by place, command) filter (where reads), '[]'),
    coalesce(json_agg(command order by place, command) filter (where not reads), '[]')
  into readers, belongings from kept;
  perform set_config('changeover.readers', readers, true),
    set_config('changeover.belongings', belongings, true);
end $catalogs$;
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
alter table "public"."events" rename to "events_before";
alter index "public"."events_pkey" rename to "events_before_pkey";
alter index "public"."events_created_at_id_name_key" rename to "events_before_created_at_id_name_key";
alter index "public"."events_customer_id_idx" rename to "events_before_customer_id_idx";
alter index "public"."events_lower" rename to "events_before_expr_idx";
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
create table "public"."events" (
  like "public"."events_before" including all excluding identity excluding indexes
) partition by range ("created_at");
-- for the partition alone
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" drop constraint if exists "events_bound_184e2121";
-- the numbers go on where they are
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
do $catalogs$
declare
  sequence regclass := pg_catalog.pg_get_serial_sequence('"public"."events_before"', 'id');
  name text := (select format('%I.%I', n.nspname, c.relname)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = sequence);
  kind text := (select case attidentity when 'a' then 'always' else 'by default' end
    from pg_attribute where attrelid = '"public"."events_before"'::regclass and attname = 'id');
  options text := (select format('start %s increment %s cache %s%s%s%s', seqstart, seqincrement, seqcache,
      case when seqcycle then ' cycle' end,
      ' minvalue ' || nullif(nullif(nullif(seqmin, -32768), -2147483648), -9223372036854775808),
      ' maxvalue ' || nullif(nullif(nullif(seqmax, 32767), 2147483647), 9223372036854775807))
    from pg_sequence where seqrelid = sequence);
  grants text[] := (select array_agg(format('grant %s on sequence %s to %s', x.privilege_type, name,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end))
    from pg_class c, aclexplode(c.relacl) x where c.oid = sequence);
  granted text;
  last bigint;
  called boolean;
begin
  -- A client may take a number without the table.
  execute format('alter sequence %s cache %s', name, (select seqcache from pg_sequence where seqrelid = sequence));
  execute format('select last_value, is_called from %s', name) into last, called;
  alter table "public"."events_before" alter column "id" drop identity;
  execute format('alter table "public"."events" alter column "id" add generated %s as identity (sequence name %s %s)',
    kind, name, options);
  perform pg_catalog.setval(name::regclass, last, called);
  foreach granted in array coalesce(grants, '{}') loop
    execute granted;
  end loop;
end $catalogs$;
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" add constraint "events_pkey" primary key ("id", "created_at");
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
alter table "public"."events" add constraint "events_created_at_id_name_key" unique ("created_at", "id", "name");
-- the table is new and empty
create index "events_customer_id_idx" on "public"."events" ("customer_id");
-- the table is new and empty
create index "events_lower" on "public"."events" ((lower(name))) where id > 0;
-- lock: SHARE ROW EXCLUSIVE on "public"."events": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" add constraint "events_customer_id_fkey" foreign key ("customer_id") references "public"."customers" ("id");
-- clients reach its rows by the other table alone, and triggers for each row come back as it is
--   attached
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
do $catalogs$
declare
  old regclass := '"public"."events_before"';
  command text;
begin
  for command in
    select format('drop trigger %I on %s', tgname, old)
    from pg_trigger where tgrelid = old and not tgisinternal
    union all select format('drop policy %I on %s', polname, old) from pg_policy where polrelid = old
    union all select format('alter table %s disable row level security, no force row level security', old)
    from pg_class where oid = old and (relrowsecurity or relforcerowsecurity)
    union all select format('alter publication %I drop table %s', pubname, old)
    from pg_publication_rel join pg_publication p on p.oid = prpubid where prrelid = old
    union all select distinct format('revoke all on table %s from %s', old,
      case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end)
    from pg_class c, lateral (
      select grantee from aclexplode(c.relacl)
      union select y.grantee from pg_attribute, aclexplode(attacl) y where attrelid = c.oid
    ) x where c.oid = old and x.grantee <> c.relowner
    union all select format('comment on table %s is null', old)
    where obj_description(old, 'pg_class') is not null
    union all select format('comment on column %s.%I is null', old, attname)
    from pg_attribute where attrelid = old and attnum > 0 and col_description(old, attnum) is not null
    union all select format('comment on constraint %I on %s is null', conname, old)
    from pg_constraint c where conrelid = old and obj_description(c.oid, 'pg_constraint') is not null
    union all select format('comment on index %s is null', indexrelid::regclass)
    from pg_index where indrelid = old and obj_description(indexrelid, 'pg_class') is not null
  loop
    execute command;
  end loop;
end $catalogs$;
-- views, and functions and policies that name it: each goes by the table and not by its name
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in select json_array_elements_text(current_setting('changeover.readers')::json) loop
    execute command;
  end loop;
end $catalogs$;
-- what was kept, for the table that has the name now
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
do $catalogs$
declare
  command text;
begin
  for command in select json_array_elements_text(current_setting('changeover.belongings')::json) loop
    execute command;
  end loop;
end $catalogs$;
-- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
alter table "public"."notes" drop constraint if exists "notes_event_id_event_at_fkey";
-- lock: SHARE ROW EXCLUSIVE on "public"."notes": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."events": blocks writes until the commit, brief; reads go on
alter table "public"."notes" add constraint "notes_event_id_event_at_fkey" foreign key ("event_id", "event_at") references "public"."events" ("id", "created_at") on delete cascade not valid;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
-- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
alter table "public"."events" attach partition "public"."events_before" for values from (minvalue) to ('2027-01-01');
-- the bound holds from now on
-- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
alter table "public"."events_before" drop constraint if exists "events_bound_184e2121";
commit;

-- 6/10 reads every row, and blocks neither reads nor writes
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ROW SHARE on "public"."events": blocks neither reads nor writes
alter table "public"."notes" validate constraint "notes_event_id_event_at_fkey";
commit;

-- 7/10 reads a sample of rows: until then the planner knows nothing of the whole, and no
--   autovacuum looks at that
begin;
set local lock_timeout = '300ms';
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
analyze "public"."events";
commit;

-- 8/10 for the way back alone: finds partitions that have to stay, before anything is locked
-- nothing to do on the way forward

-- create_partition!(events_2027 of events, from("2027-01-01") to("2028-01-01"))

-- 9/10 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."events_2027" (
  like "public"."events" including all
    excluding comments excluding identity excluding statistics
);
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_2027": blocks reads and writes until the commit, brief
-- lock: SHARE ROW EXCLUSIVE on "public"."notes": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" attach partition "public"."events_2027" for values from ('2027-01-01') to ('2028-01-01');
commit;

-- create_partition!(events_rest of events, default)

-- 10/10 blocks neither reads nor writes of the table that it is a partition of
begin;
set local lock_timeout = '300ms';
set local statement_timeout = '5s';
-- `create table … partition of` would lock reads and writes out
create table "public"."events_rest" (
  like "public"."events" including all
    excluding comments excluding identity excluding statistics
);
-- the tables that the foreign keys point at, before the one that has them
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
lock table "public"."customers" in share row exclusive mode;
-- lock: SHARE UPDATE EXCLUSIVE on "public"."events": blocks neither reads nor writes, only vacuum and schema changes
-- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- lock: SHARE ROW EXCLUSIVE on "public"."notes": blocks writes until the commit, brief; reads go on
-- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
alter table "public"."events" attach partition "public"."events_rest" default;
commit;

-- ==== undo ===================================================================
-- Until a later migration has begun, `undo` takes the steps back, the last one first:

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: lock table "public"."events" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: lock table "public"."notes" in access exclusive mode;
-- undo: -- a foreign key that points at the whole has a part for it
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."events" detach partition "public"."events_rest";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_rest": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: drop table "public"."events_rest";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- a lock on the table is one on each of its partitions, those that stay too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_2027": blocks reads and writes until the commit, brief
-- undo: lock table "public"."events" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: lock table "public"."notes" in access exclusive mode;
-- undo: -- a foreign key that points at the whole has a part for it
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_2027": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."events" detach partition "public"."events_2027";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_2027": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: drop table "public"."events_2027";
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: do $catalogs$
-- undo: declare
-- undo:   others text := (select string_agg(inhrelid::regclass::text, ', ' order by inhrelid)
-- undo:     from pg_inherits where inhparent = to_regclass('"public"."events"')::oid
-- undo:       and inhrelid is distinct from to_regclass('"public"."events_before"')::oid);
-- undo: begin
-- undo:   if others is not null then
-- undo:     raise exception 'table "public"."events" has other partitions: %', others using errcode = 'object_not_in_prerequisite_state',
-- undo:       hint = 'move their rows, then detach or drop them, or keep the table partitioned';
-- undo:   end if;
-- undo: end $catalogs$;
-- undo: commit;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- the tables that the foreign keys point at, before the one that has them
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."customers": blocks reads and writes until the commit, brief
-- undo: lock table "public"."customers" in access exclusive mode;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."recent": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."by_day": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: lock table "public"."events" in access exclusive mode;
-- undo: -- the tables whose foreign keys point at it, behind it
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: lock table "public"."notes" in access exclusive mode;
-- undo: -- what came since it was asked
-- undo: do $catalogs$
-- undo: declare
-- undo:   others text := (select string_agg(inhrelid::regclass::text, ', ' order by inhrelid)
-- undo:     from pg_inherits where inhparent = to_regclass('"public"."events"')::oid
-- undo:       and inhrelid is distinct from to_regclass('"public"."events_before"')::oid);
-- undo: begin
-- undo:   if others is not null then
-- undo:     raise exception 'table "public"."events" has other partitions: %', others using errcode = 'object_not_in_prerequisite_state',
-- undo:       hint = 'move their rows, then detach or drop them, or keep the table partitioned';
-- undo:   end if;
-- undo: end $catalogs$;
-- undo: -- the owner, rights, policies, triggers, publications, comments; views and the rest that reads
-- undo: --   it: whatever was made outside a migration too
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   readers text;
-- undo:   belongings text;
-- undo: begin
-- undo:   with t as (
-- undo:   select *, '"public"."events"'::text as name from pg_class where oid = '"public"."events"'::regclass::oid
-- undo: ), given as (
-- undo:   select x.*, '' as part from t, aclexplode(relacl) x
-- undo:   union all
-- undo:   select x.*, format(' (%I)', attname) from t join pg_attribute on attrelid = t.oid and not attisdropped,
-- undo:     aclexplode(attacl) x
-- undo: ), reader as (
-- undo:   select distinct d.classid, coalesce(w.ev_class, d.objid) as oid
-- undo:   from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
-- undo:   left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
-- undo: ), kept (reads, place, command) as (
-- undo:   select true, 1, format('alter table %s owner to %I', name, pg_get_userbyid(relowner))
-- undo:   from t where relowner <> current_user::regrole
-- undo:   union all
-- undo:   select true, 2, format('alter sequence %s owned by %s.%I', d.objid::regclass, name, attname)
-- undo:   from t join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.deptype = 'a'
-- undo:   join pg_sequence s on d.classid = 'pg_class'::regclass and s.seqrelid = d.objid
-- undo:   join pg_attribute on attrelid = t.oid and attnum = d.refobjsubid
-- undo:   union all
-- undo:   select true, 3, format('create or replace view %s%s as %s', v.oid::regclass,
-- undo:     ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid))
-- undo:   from reader join pg_class v on v.oid = reader.oid and v.relkind = 'v'
-- undo:   where classid = 'pg_rewrite'::regclass
-- undo:   union all
-- undo:   select true, 4, pg_get_functiondef(oid) from reader where classid = 'pg_proc'::regclass
-- undo:   union all
-- undo:   select true, 5, format('alter policy %I on %s%s%s', polname, polrelid::regclass,
-- undo:     ' using (' || pg_get_expr(polqual, polrelid) || ')',
-- undo:     ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
-- undo:   from t, reader join pg_policy p on p.oid = reader.oid
-- undo:   where classid = 'pg_policy'::regclass and polrelid <> t.oid
-- undo:   union all
-- undo:   select false, 1, format('revoke all on table %s from %s', name, who)
-- undo:   from t, (
-- undo:     select case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end
-- undo:     from t join pg_default_acl on defaclobjtype = 'r' and defaclnamespace in (0, relnamespace),
-- undo:       aclexplode(defaclacl) x
-- undo:     union
-- undo:     select quote_ident(pg_get_userbyid(relowner)) from t where relacl is not null
-- undo:   ) known (who)
-- undo:   union all
-- undo:   select false, 2, format('grant %s%s on table %s to %s%s', privilege_type, part, name,
-- undo:     case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
-- undo:     case when is_grantable then ' with grant option' end)
-- undo:   from t, given
-- undo:   union all
-- undo:   select false, 3, format('create policy %I on %s as %s for %s to %s%s%s', polname, name,
-- undo:     case when polpermissive then 'permissive' else 'restrictive' end,
-- undo:     case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
-- undo:       when 'd' then 'delete' else 'all' end,
-- undo:     (select string_agg(case r when 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ')
-- undo:       from unnest(polroles) r),
-- undo:     ' using (' || pg_get_expr(polqual, polrelid) || ')',
-- undo:     ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
-- undo:   from t join pg_policy on polrelid = t.oid
-- undo:   union all
-- undo:   select false, 4, format('alter table %s %s row level security', name, word)
-- undo:   from t, lateral (values (relrowsecurity, 'enable'), (relforcerowsecurity, 'force')) w (is_on, word)
-- undo:   where is_on
-- undo:   union all
-- undo:   select false, 5, pg_get_triggerdef(g.oid)
-- undo:   from t join pg_trigger g on tgrelid = t.oid where not tgisinternal
-- undo:   union all
-- undo:   select false, 6, format('alter table %s %s trigger %I', name, case tgenabled when 'D' then 'disable'
-- undo:     when 'R' then 'enable replica' else 'enable always' end, tgname)
-- undo:   from t join pg_trigger on tgrelid = t.oid where not tgisinternal and tgenabled <> 'O'
-- undo:   union all
-- undo:   select false, 7, format('alter publication %I add table %s%s%s', p.pubname, name,
-- undo:     case when to_jsonb(r) ->> 'prattrs' is not null then
-- undo:       (select format(' (%s)', string_agg(quote_ident(c), ', '))
-- undo:       from jsonb_array_elements_text(to_jsonb(l) -> 'attnames') c) end,
-- undo:     ' where (' || (to_jsonb(l) ->> 'rowfilter') || ')')
-- undo:   from t join pg_publication_rel r on prrelid = t.oid join pg_publication p on p.oid = prpubid
-- undo:   left join pg_publication_tables l on l.pubname = p.pubname
-- undo:     and l.schemaname = relnamespace::regnamespace::name and l.tablename = relname
-- undo:   union all
-- undo:   select false, 7, format('alter table %s replica identity %s', name,
-- undo:     case relreplident when 'f' then 'full' else 'nothing' end)
-- undo:   from t where relreplident in ('f', 'n')
-- undo:   union all
-- undo:   select false, 8, format('alter table %s alter column %I set statistics %s', name, attname, attstattarget)
-- undo:   from t join pg_attribute on attrelid = t.oid and not attisdropped where attstattarget >= 0 and attnum > 0
-- undo:   union all
-- undo:   select false, 8, format('alter table %s alter column %I set (%s)', name, attname,
-- undo:     array_to_string(attoptions, ', '))
-- undo:   from t join pg_attribute on attrelid = t.oid and not attisdropped where attoptions is not null
-- undo:   union all
-- undo:   select false, 9, format('comment on %s is %L', what, description)
-- undo:   from t, lateral (
-- undo:     select classoid, objoid, case when objsubid = 0 then format('table %s', name)
-- undo:       else format('column %s.%I', name, attname) end, description
-- undo:     from pg_description left join pg_attribute on attrelid = objoid and attnum = objsubid
-- undo:     where classoid = 'pg_class'::regclass and objoid = t.oid
-- undo:     union all
-- undo:     select 'pg_class'::regclass, indexrelid, format('index %s', indexrelid::regclass),
-- undo:       obj_description(indexrelid, 'pg_class') from pg_index where indrelid = t.oid
-- undo:     union all
-- undo:     select 'pg_constraint'::regclass, c.oid, format('constraint %I on %s', conname, name),
-- undo:       obj_description(c.oid, 'pg_constraint') from pg_constraint c where conrelid = t.oid
-- undo:     union all
-- undo:     select 'pg_trigger'::regclass, g.oid, format('trigger %I on %s', tgname, name),
-- undo:       obj_description(g.oid, 'pg_trigger') from pg_trigger g where tgrelid = t.oid
-- undo:     union all
-- undo:     select 'pg_policy'::regclass, p.oid, format('policy %I on %s', polname, name),
-- undo:       obj_description(p.oid, 'pg_policy') from pg_policy p where polrelid = t.oid
-- undo:   ) said (of, oid, what, description)
-- undo:   where description is not null
-- undo: )
-- undo: select coalesce(json_agg(command order by place, command) filter (where reads), '[]'),
-- undo:     coalesce(json_agg(command order by place, command) filter (where not reads), '[]')
-- undo:   into readers, belongings from kept;
-- undo:   perform set_config('changeover.readers', readers, true),
-- undo:     set_config('changeover.belongings', belongings, true);
-- undo: end $catalogs$;
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."notes": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."notes" drop constraint if exists "notes_event_id_event_at_fkey";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."customers": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."events" detach partition "public"."events_before";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_partitioned_184e2121": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events" rename to "events_partitioned_184e2121";
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_before": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events_before" rename to "events";
-- undo: -- views, and functions and policies that name it: each goes by the table and not by its name
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in select json_array_elements_text(current_setting('changeover.readers')::json) loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- the numbers go on where they are
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_partitioned_184e2121": blocks reads and writes until the commit, brief
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   sequence regclass := pg_catalog.pg_get_serial_sequence('"public"."events_partitioned_184e2121"', 'id');
-- undo:   name text := (select format('%I.%I', n.nspname, c.relname)
-- undo:     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = sequence);
-- undo:   kind text := (select case attidentity when 'a' then 'always' else 'by default' end
-- undo:     from pg_attribute where attrelid = '"public"."events_partitioned_184e2121"'::regclass and attname = 'id');
-- undo:   options text := (select format('start %s increment %s cache %s%s%s%s', seqstart, seqincrement, seqcache,
-- undo:       case when seqcycle then ' cycle' end,
-- undo:       ' minvalue ' || nullif(nullif(nullif(seqmin, -32768), -2147483648), -9223372036854775808),
-- undo:       ' maxvalue ' || nullif(nullif(nullif(seqmax, 32767), 2147483647), 9223372036854775807))
-- undo:     from pg_sequence where seqrelid = sequence);
-- undo:   grants text[] := (select array_agg(format('grant %s on sequence %s to %s', x.privilege_type, name,
-- undo:       case x.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end))
-- undo:     from pg_class c, aclexplode(c.relacl) x where c.oid = sequence);
-- undo:   granted text;
-- undo:   last bigint;
-- undo:   called boolean;
-- undo: begin
-- undo:   -- A client may take a number without the table.
-- undo:   execute format('alter sequence %s cache %s', name, (select seqcache from pg_sequence where seqrelid = sequence));
-- undo:   execute format('select last_value, is_called from %s', name) into last, called;
-- undo:   alter table "public"."events_partitioned_184e2121" alter column "id" drop identity;
-- undo:   execute format('alter table "public"."events" alter column "id" add generated %s as identity (sequence name %s %s)',
-- undo:     kind, name, options);
-- undo:   perform pg_catalog.setval(name::regclass, last, called);
-- undo:   foreach granted in array coalesce(grants, '{}') loop
-- undo:     execute granted;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- it has no rows, and nothing reads it any more
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events_partitioned_184e2121": blocks reads and writes until the commit, brief
-- undo: drop table "public"."events_partitioned_184e2121";
-- undo: alter index "public"."events_before_pkey" rename to "events_pkey";
-- undo: alter index "public"."events_before_created_at_id_name_key" rename to "events_created_at_id_name_key";
-- undo: alter index "public"."events_before_customer_id_idx" rename to "events_customer_id_idx";
-- undo: alter index "public"."events_before_expr_idx" rename to "events_lower";
-- undo: -- what was kept, for the table that has the name now
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: do $catalogs$
-- undo: declare
-- undo:   command text;
-- undo: begin
-- undo:   for command in select json_array_elements_text(current_setting('changeover.belongings')::json) loop
-- undo:     execute command;
-- undo:   end loop;
-- undo: end $catalogs$;
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."notes": blocks writes until the commit, brief; reads go on
-- undo: -- lock: SHARE ROW EXCLUSIVE on "public"."events": blocks writes until the commit, brief; reads go on
-- undo: alter table "public"."notes" add constraint "notes_event_id_event_at_fkey" foreign key ("event_id", "event_at") references "public"."events" ("id", "created_at") on delete cascade not valid;
-- undo: commit;

-- undo: -- runs outside a transaction
-- undo: -- is done, and not repeated, once this is true:
-- undo: -- select not exists (select from pg_catalog.pg_constraint where conrelid = to_regclass('"public"."notes"') and conname = 'notes_event_id_event_at_fkey' and not convalidated)
-- undo: set statement_timeout = 0;
-- undo: set lock_timeout = '300s';
-- undo: -- lock: SHARE UPDATE EXCLUSIVE on "public"."notes": blocks neither reads nor writes, only vacuum and schema changes
-- undo: -- lock: ROW SHARE on "public"."events": blocks neither reads nor writes
-- undo: alter table "public"."notes" validate constraint "notes_event_id_event_at_fkey";
-- undo: reset lock_timeout;
-- undo: reset statement_timeout;

-- undo: begin;
-- undo: set local lock_timeout = '300ms';
-- undo: set local statement_timeout = '5s';
-- undo: -- lock: ACCESS EXCLUSIVE on "public"."events": blocks reads and writes until the commit, brief
-- undo: alter table "public"."events" drop constraint if exists "events_bound_184e2121";
-- undo: commit;
