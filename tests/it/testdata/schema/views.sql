-- case: view: col default grant comment
-- roles: sailor
-- before
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
-- after
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
alter view v alter a set default 'z';
comment on column v.a is 'c';
grant select (a) on v to sailor;
grant update(b) on v to public;
-- case: view: base type with column things
-- roles: sailor
-- before
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
alter view v alter b set default 3;
comment on column v.b is 'c';
grant select (b) on v to sailor;
alter view v owner to sailor
-- after
create table t(id int primary key, a text, b bigint);
create view v as select id,a,b from t;
alter view v alter b set default 3;
comment on column v.b is 'c';
grant select (b) on v to sailor;
alter view v owner to sailor
-- case: view: collated
-- before
create collation co (locale='C');
create table t(a text);
create view v as select a collate co as a from t;
-- after
create collation co (locale='C');
create table t(a text);
create view v as select a from t;
-- case: matview: options
-- before
create table t(id int primary key, a text, b int);
create materialized view mv as select id,a,b from t;
-- after
create table t(id int primary key, a text, b int);
create materialized view mv with (fillfactor=50, autovacuum_enabled=false) as select id,a,b from t;
-- case: matview: cluster
-- roles: sailor, cook
-- before
create table t(id int primary key, a text, b int);
create materialized view mv as select id,a,b from t;
create index mi on mv(id);
alter materialized view mv cluster on mi;
-- after
create table t(id int primary key, a text, b int);
create materialized view mv as select id,a,b from t;
create index mi on mv(a);
create index mj on mv(id);
alter materialized view mv cluster on mj;
alter materialized view mv owner to sailor;
grant select on mv to cook;
-- case: matview: to view
-- before
create table t(id int primary key, a text, b int);
create materialized view mv as select id,a,b from t;
-- after
create table t(id int primary key, a text, b int);
create view mv as select id,a,b from t;
-- case: matview: view chain type
-- roles: sailor
-- before
create table t(id int primary key, a text, b int);
create materialized view mv as select id,a,b from t;
create view w as select b+1 as c from mv;
create materialized view m3 as select c from w;
create index i3 on m3(c);
comment on index i3 is 'z';
grant select on m3 to sailor;
-- after
create table t(id int primary key, a text, b bigint);
create materialized view mv as select id,a,b from t;
create view w as select b+1 as c from mv;
create materialized view m3 as select c from w;
create index i3 on m3(c);
comment on index i3 is 'z';
grant select on m3 to sailor;
-- rows before
insert into t values(1,'a',2);
-- case: rule: all
-- before
create table t(id int primary key, a text, b int);
-- after
create table t(id int primary key, a text, b int);
create table l(x int);
create rule r1 as on insert to t do also insert into l values (new.id);
create rule r2 as on update to t where new.a is null do instead nothing;
alter table t disable rule r2;
comment on rule r1 on t is 'c';
-- case: rule: view
-- before
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
-- after
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
create rule ins as on insert to v do instead insert into t values (new.id,new.a,new.b) returning id,a,b;
-- case: rule: view recreated
-- before
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
create rule ins as on insert to v do instead nothing;
comment on rule ins on v is 'k';
-- after
create table t(id int primary key, a text, b int);
create view v as select a,id from t;
create rule ins as on insert to v do instead nothing;
comment on rule ins on v is 'k';
-- case: v: or replace order
-- before
create table t(id int primary key, a text, b int);
create view v as select id from t;
create view w as select id from v;
-- after
create table t(id int primary key, a text, b int, q int);
create view v as select id, q from t;
create view w as select id, q from v;
-- case: v: function dep
-- before
create table t(id int primary key, a text, b int);
create view v as select id,a from t;
create function fv() returns setof v language sql as 'select * from v';
-- after
create table t(id int primary key, a text, b int);
create view v as select a,id from t;
create function fv() returns setof v language sql as 'select * from v';
-- case: v: check option
-- before
create table t(id int primary key, a text, b int);
create view v as select id from t with check option;
-- after
create table t(id int primary key, a text, b int);
create view v as select id from t;
-- case: v: security definer grants
-- roles: sailor, cook
-- before
create table t(id int primary key, a text, b int);
create view v as select id from t;
grant all on v to sailor with grant option;
grant select(id) on v to cook;
-- after
create table t(id int primary key, a text, b int);
create view v as select id::bigint as id from t;
grant all on v to sailor;
grant select(id) on v to cook with grant option;
-- case: v: enum dep
-- before
create type e as enum('a','b');
create table t(x e);
create view v as select x from t;
create rule r as on insert to v do instead insert into t values (new.x);
create materialized view m as select x from v;
alter view v alter x set default 'a';
-- after
create type e as enum('b','c','a');
create table t(x e);
create view v as select x from t;
create rule r as on insert to v do instead insert into t values (new.x);
create materialized view m as select x from v;
alter view v alter x set default 'a';
-- case: view: of a type with more attributes, and a cast
-- before
create type c as (a int);
create function c2i(c) returns int language sql immutable as 'select $1.a';
create cast (c as int) with function c2i(c);
create view v as select (row(1)::c)::int as x;
-- after
create type c as (a int, b int);
create function c2i(c) returns int language sql immutable as 'select $1.a';
create cast (c as int) with function c2i(c) as implicit;
create view v as select (row(1,2)::c)::int as x;
-- case: view: two swap their names under a third
-- before
create table t(a int, b text); create view x as select a from t; create view y as select b from t; create view z as select x.a, y.b from x, y;
-- after
create table t(a int, b text); create view y as select a from t; create view x as select b from t; create view z as select y.a, x.b from x, y;
-- case: view: what it uses goes, and its type changes
-- before
create type c as (a int);
create function c2t(c) returns text language sql immutable as $$select 'x'$$;
create cast (c as text) with function c2t(c) as assignment;
create view v as select (row(1)::c)::text as x;
grant select on v to public;
-- after
create type c as (a int, z text);
create view v as select (row(1, 'x')::c)::text as x;
grant select on v to public;
