-- What no macro stands for, and raw SQL may do. An entry is its origin, and statements up to an
-- empty line.

-- extended statistics
create statistics t_a_b (dependencies, ndistinct) on a, b from t;

-- a publication for logical replication
create publication changes for table t, p;

-- one more table in it
alter publication changes add table ch;

-- a rule
create rule t_protect as on delete to t do instead nothing;

-- rows of reference
insert into p (id) values (1), (2) on conflict do nothing;

-- one row, by its key
update t set a = 5 where id = 3;

-- some rows, by their keys
delete from t where id in (1, 2, 3) and a = 4;

-- privileges of what is yet to be made
alter default privileges in schema public grant select on tables to reader;

-- a composite type
create type address as (street text, city text);

-- an aggregate
create aggregate product (numeric) (sfunc = numeric_mul, stype = numeric);

-- a collation
create collation numeric_order (provider = icu, locale = 'en-u-kn-true');

-- text search
create text search configuration plain (copy = simple);

-- catalog 2.K, direct
alter table t cluster on t_pkey;

-- catalog 2.K, direct
alter table t alter column a set (n_distinct = 100);

-- catalog 2.K, direct
alter table t replica identity full;

-- catalog 2.K, direct
alter table t owner to app;

-- the planner's statistics
analyze t (a), p;

-- membership in a role
grant app to admin;

-- a setting that ends with the transaction
set local timezone = 'UTC';
insert into p (id) values (3);

-- PostgreSQL has no macro for it
create event trigger guard on ddl_command_start execute function guard();

-- a comment on what set_comment! is not for
comment on constraint t_pkey on t is 'a key';

-- a comment on an index
comment on index t_pkey is 'an index';
