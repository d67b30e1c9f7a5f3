-- case: enum: domain over
-- before
create type en as enum('a','b','c');
create domain d as en default 'a' check (value <> 'b');
create table t(id int primary key, x d, y en, z en[]);
-- after
create type en as enum('a','b');
create domain d as en default 'a' check (value <> 'b');
create table t(id int primary key, x d, y en, z en[]);
-- rows before
insert into t values (1,'a','b','{a,b}');
-- rows after
insert into t values (1,'a','b','{a,b}');
-- case: enum: to domain
-- before
create type en as enum('a','b');
create table t(x en default 'a');
-- after
create domain en as text check (value in ('a','b'));
create table t(x en default 'a');
-- rows before
insert into t values ('a');
-- rows after
insert into t values ('a');
-- case: enum: to text
-- before
create type en as enum('a','b');
create table t(x en default 'a');
create index on t(x);
-- after
create table t(x text default 'a');
create index on t(x);
-- rows before
insert into t values ('a');
-- rows after
insert into t values ('a');
-- case: enum: fk
-- before
create type en as enum('a','b','c');
create table k(x en primary key);
create table t(x en references k);
-- after
create type en as enum('a','c');
create table k(x en primary key);
create table t(x en references k);
-- rows before
insert into k values('a');
insert into t values('a');
-- rows after
insert into k values('a');
insert into t values('a');
-- case: enum: partitioned
-- before
create type en as enum('a','b','c');
create table k(id int, x en) partition by range(id);
create table k1 partition of k for values from (1) to (10);
-- after
create type en as enum('a','c');
create table k(id int, x en) partition by range(id);
create table k1 partition of k for values from (1) to (10);
-- rows before
insert into k values(1,'a');
-- rows after
insert into k values(1,'a');
-- case: domain: constraints
-- before
create domain d as int default 3 constraint p check (value>0) constraint q check (value<100);
comment on domain d is 'd';
comment on constraint p on domain d is 'pp';
-- after
create domain d as int default 4 not null constraint p check (value>1) constraint r check (value<100);
comment on domain d is 'd2';
comment on constraint p on domain d is 'pp';
comment on constraint r on domain d is 'rr';
-- case: domain: type text
-- roles: sailor, cook
-- before
create domain d as varchar(10) check (value <> '');
create table t(id int primary key, x d default 'a', y d[]);
create index on t(x);
create view v as select x, y from t;
comment on domain d is 'x';
alter domain d owner to sailor;
grant usage on type d to cook;
-- after
create domain d as text check (value <> '');
create table t(id int primary key, x d default 'a', y d[]);
create index on t(x);
create view v as select x, y from t;
comment on domain d is 'x';
alter domain d owner to sailor;
grant usage on type d to cook;
-- rows before
insert into t values (1,'q','{a,b}');
-- rows after
insert into t values (1,'q','{a,b}');
-- case: domain: function check
-- before
create function f(int) returns boolean language sql as 'select $1>0'; create domain d as int check (f(value)); create table t(x d);
-- after
create function f(i int) returns boolean language sql as 'select i>0';
create domain d as int constraint dd check (f(value));
create table t(x d);
-- rows before
insert into t values(1);
-- rows after
insert into t values(1);
-- case: domain: domain of domain
-- before
create domain d as int;
create domain e as d check (value > 0);
create table t(x e);
-- after
create domain d as bigint;
create domain e as d check (value > 0);
create table t(x e);
-- rows before
insert into t values(1);
-- rows after
insert into t values(1);
-- case: domain: notnull array
-- before
create domain d as int;
create type c as (a d);
create table t(x c);
-- after
create domain d as int not null;
create type c as (a d);
create table t(x c);
-- rows before
insert into t values(row(1));
-- rows after
insert into t values(row(1));
-- case: domain: to base
-- before
create domain d as text check (value<>'');
create table t(x d not null default 'x');
-- after
create table t(x text not null default 'x');
-- rows before
insert into t values('1');
-- rows after
insert into t values('1');
-- case: domain: default seq
-- before
create domain d as int;
-- after
create sequence s;
create domain d as int default nextval('s');
create table t(x d);
-- case: composite: attrs
-- before
create type c as (a int, b text);
create table t(x c);
comment on type c is 'c';
comment on column c.a is 'a';
-- after
create type c as (a int, "C d" numeric(10,2));
create table t(x c);
comment on type c is 'c';
comment on column c.a is 'aa';
comment on column c."C d" is 'cd';
-- rows before
insert into t values(row(1,'x'));
-- rows after
insert into t values(row(1,2));
-- case: composite: order used
-- before
create type c as (a int, b text);
create table t(id int, x c);
-- after
create type c as (b text, z int, a int);
create table t(id int, x c);
-- rows before
insert into t values(1,row(1,'x')),(2,null);
-- rows after
insert into t values(1,row('1',4,5)),(2,null);
-- case: composite: nested
-- before
create type c as (a int);
create type d as (x c, y int);
create table t(z d);
-- after
create type c as (a bigint, b int);
create type d as (x c, y int);
create table t(z d);
-- rows before
insert into t values(row(row(1),2));
-- rows after
insert into t values(row(row(1,2),2));
-- case: composite: empty
-- before
-- after
create type c as ();
create type d as (a text collate "C");
-- case: composite: function args
-- before
create type c as (a int);
create function f(c) returns setof c language plpgsql as 'begin return; end';
create view v as select * from f(row(1)::c);
-- after
create type c as (a bigint, b text);
create function f(c) returns setof c language plpgsql as 'begin return; end';
create view v as select * from f(row(1,'')::c);
-- case: range: options
-- before
create type r as range (subtype=float8);
create table t(x r, y r[]);
create view v as select x from t;
create function f(r) returns int language sql as 'select 1';
-- after
create type r as range (subtype=float8, subtype_diff=float8mi);
create table t(x r, y r[]);
create view v as select x from t;
create function f(r) returns int language sql as 'select 1';
-- rows before
insert into t values('[1,2]','{"[1,2]"}');
-- rows after
insert into t values('[1,2]','{"[1,2]"}');
-- case: base: create
-- roles: sailor
-- before
-- after
create type bt;
create function bt_in(cstring) returns bt language internal immutable strict as 'int4in';
create function bt_out(bt) returns cstring language internal immutable strict as 'int4out';
create type bt (input=bt_in, output=bt_out, internallength=4, passedbyvalue, alignment=int4);
create table t(x bt);
comment on type bt is 'b';
comment on function bt_in(cstring) is 'i';
create function f(bt) returns int language sql as 'select 1';
alter type bt owner to sailor;
-- case: base: option
-- before
create type bt;
create function bt_in(cstring) returns bt language internal immutable strict as 'int4in';
create function bt_out(bt) returns cstring language internal immutable strict as 'int4out';
create type bt (input=bt_in, output=bt_out, internallength=4, passedbyvalue, alignment=int4);
-- after
create type bt;
create function bt_in(cstring) returns bt language internal immutable strict as 'int4in';
create function bt_out(bt) returns cstring language internal immutable strict as 'int4out';
create type bt (input=bt_in, output=bt_out, internallength=4, passedbyvalue, alignment=int4, delimiter=';', category='X');
-- case: types: table same name
-- before
create type x as enum('a');
-- after
create table x(a int);
-- case: attribute of a typed table altered
-- before
create type t as (a int, b int);
create table k of t (primary key (a));
create view v as select b from k;
create index on k(b);
-- after
create type t as (a int, b bigint);
create table k of t (primary key (a));
create view v as select b from k;
create index on k(b);
-- rows before
insert into k values (1, 2);
-- rows after
insert into k values (1, 2);
-- case: attribute of a typed table added
-- before
create type t as (a int, b int);
create table k of t (primary key (a));
-- after
create type t as (a int, b int, c text, d int);
create table k of t (primary key (a), c with options default 'x' check (c <> ''));
create view v as select c from k;
create index on k(c);
-- rows before
insert into k values (1, 2);
-- rows after
insert into k values (1, 2, 'x', 3);
-- case: attribute of a typed table that may not be null
-- before
create type t as (a int, b int);
create table k of t (primary key (a));
-- after
create type t as (a int, b int, c text);
create table k of t (primary key (a), c with options not null default 'x');
-- rows after
insert into k values (1, 2, 'x');
