-- case: defacl: create after
-- roles: sailor, cook
-- before
alter default privileges grant select on tables to sailor;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on sequences to cook with grant option;
-- after
create table t(id int primary key, a text, b int);
create sequence sq;
create function ff() returns int language sql as 'select 1';
create type en as enum ('a');
create schema s;
create table s.t2(a int);
create view s.v as select a from s.t2;
create materialized view s.mv as select a from s.t2;
alter default privileges grant select on tables to sailor;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on sequences to cook with grant option;
-- case: defacl: none after
-- roles: sailor, cook
-- before
-- after
alter default privileges grant select on tables to sailor;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on sequences to cook with grant option;
create table t(id int primary key, a text, b int);
create sequence sq;
create function ff() returns int language sql as 'select 1';
create type en as enum ('a');
create schema s;
create table s.t2(a int);
create view s.v as select a from s.t2;
create materialized view s.mv as select a from s.t2;
-- case: defacl: schema
-- before
create schema s;
alter default privileges in schema s grant select on tables to public;
-- after
create schema s;
alter default privileges in schema s grant select, insert on tables to public;
create table s.x(a int);
grant delete on s.x to public;
create table s.y(a int);
revoke all on s.y from public;
-- case: defacl: recreated
-- roles: sailor, cook
-- before
alter default privileges grant select on tables to sailor;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on sequences to cook with grant option;
create table t(id int primary key, a text, b int);
create view v as select id,a,b from t;
-- after
alter default privileges grant select on tables to sailor;
alter default privileges revoke execute on functions from public;
alter default privileges grant usage on sequences to cook with grant option;
create table t(id int primary key, a text, b int);
create view v as select a from t;
revoke all on v from sailor;

-- case: a right on a table goes, and the same right on a column of it stays
-- roles: sailor
-- before
CREATE TABLE t (a int, b int);
GRANT SELECT, INSERT ON t TO sailor;
GRANT SELECT (a), INSERT (b) ON t TO sailor WITH GRANT OPTION;
-- after
CREATE TABLE t (a int, b int);
GRANT SELECT (a), INSERT (b), UPDATE (b) ON t TO sailor;
GRANT SELECT (a) ON t TO sailor WITH GRANT OPTION;

-- case: the schema public gets an owner
-- roles: sailor
-- before
CREATE TABLE t (a int);
-- after
CREATE TABLE t (a int);
ALTER SCHEMA public OWNER TO sailor;

-- case: the schema public gets another owner, and rights on it change
-- roles: sailor, cook
-- before
ALTER SCHEMA public OWNER TO sailor;
-- after
ALTER SCHEMA public OWNER TO cook;
GRANT CREATE ON SCHEMA public TO PUBLIC;
-- case: an owner that was granted something before
-- roles: sailor, cook, smutje
-- before
create table t(a int, b int); alter table t owner to sailor; grant select on t to cook; grant update (b) on t to smutje;
create function f() returns int language sql as 'select 1'; revoke execute on function f() from public;
create sequence s; alter sequence s owner to sailor; grant usage on sequence s to cook;
-- after
create table t(a int, b int); alter table t owner to cook; revoke all on t from cook; grant select on t to sailor; grant update (b) on t to smutje with grant option;
create function f() returns int language sql as 'select 1'; alter function f() owner to smutje; revoke all on function f() from smutje;
create sequence s; alter sequence s owner to cook; grant select on sequence s to sailor;
-- case: owner: a role with rights becomes it
-- roles: user_s, user_c
-- before
create table t(a int);
alter table t owner to user_s;
grant select on t to user_c;
-- after
create table t(a int);
alter table t owner to user_c;
grant insert on t to user_s;
