-- case: function: type change dep
-- before
create function f(a int) returns int language sql immutable as 'select a';
create table t(id int default f(1), g int generated always as (f(2)) stored, check (f(3) > 0));
create index i on t(f(id));
create view v as select f(id) from t;
create view w as select * from v;
-- after
create function f(b int) returns bigint language sql immutable as 'select b::bigint';
create table t(id int default f(1), g int generated always as (f(2)) stored, check (f(3) > 0));
create index i on t(f(id));
create view v as select f(id) from t;
create view w as select * from v;
-- rows before
insert into t default values;
-- rows after
insert into t default values;
-- case: function: to aggregate
-- before
create function f(int) returns int language sql as 'select 1';
create view v as select f(1);
-- after
create aggregate f(int) (sfunc=int4pl, stype=int);
create view v as select f(1);
-- case: function: mutual sql
-- before
-- after
create function a(int) returns int language sql as 'select 1'; create function b(int) returns int language sql as 'select a($1)'; create or replace function a(int) returns int language sql as 'select case when $1 > 0 then b($1-1) end';
-- case: function: new column used
-- before
create table t(a int);
create function f() returns int language sql as 'select a from t';
-- after
create table t(a int, b int);
create function f() returns int language sql as 'select b from t';
-- case: function: rowtype
-- before
create table t(a int);
create function f() returns setof t language sql as 'select * from t';
create function g(t) returns int language sql as 'select 1';
-- after
create table t(a int, b text);
create function f() returns setof t language sql as 'select * from t';
create function g(t) returns int language sql as 'select 1';
-- case: function: defaults
-- before
create type en as enum('a');
create function f(a int, b en default 'a', c int default 1) returns int language sql as 'select 1';
-- after
create type en as enum('a','b');
create function f(a int, b en default 'b', c int default 2) returns int language sql as 'select 1';
-- case: function: variadic
-- before
create function f(a int[]) returns int language sql as 'select 1';
-- after
create function f(variadic a int[]) returns int language sql as 'select 1';
-- case: function: language
-- before
create function f() returns int language sql as 'select 1';
create view v as select f();
-- after
create function f() returns int language plpgsql as 'begin return 1; end';
create view v as select f();
-- case: function: overloads
-- before
create function f(int) returns int language sql as 'select 1';
create function f(text) returns int language sql as 'select 2';
create view v as select f(1) a, f('x'::text) b;
-- after
create function f(bigint) returns int language sql as 'select 1';
create function f(text) returns int language sql as 'select 3';
create view v as select f(1::bigint) a, f('x'::text) b;
-- case: aggregate: options
-- roles: sailor, cook
-- before
create function sf(int,int) returns int language sql immutable as 'select $1+$2'; create function ff(int) returns text language sql immutable as 'select $1::text';create aggregate ag(int) (sfunc=sf, stype=int); create view v as select ag(1);
-- after
create function sf(int,int) returns int language sql immutable as 'select $1+$2'; create function ff(int) returns text language sql immutable as 'select $1::text';create aggregate ag(int) (sfunc=sf, stype=int, sspace=100, finalfunc=ff, finalfunc_modify=shareable, combinefunc=sf, initcond='0', parallel=safe, msfunc=sf, minvfunc=sf, mstype=int, minitcond='1', mfinalfunc=ff); create view v as select ag(1); comment on aggregate ag(int) is 'ag'; grant execute on function ag(int) to sailor; alter aggregate ag(int) owner to cook;
-- case: aggregate: arg name
-- before
create aggregate ag(a int) (sfunc=int4pl, stype=int);
-- after
create aggregate ag(b int) (sfunc=int4pl, stype=int);
comment on aggregate ag(int) is 'x';
-- case: operator: pair
-- roles: sailor
-- before
create function oe(int,int) returns boolean language sql immutable as 'select $1=$2'; create function one(int,int) returns boolean language sql immutable as 'select $1<>$2';
-- after
create function oe(int,int) returns boolean language sql immutable as 'select $1=$2'; create function one(int,int) returns boolean language sql immutable as 'select $1<>$2';create operator === (leftarg=int, rightarg=int, function=oe, commutator= ===, negator= !==, restrict=eqsel, join=eqjoinsel, hashes, merges); create operator !== (leftarg=int, rightarg=int, function=one, commutator= !==, negator= ===, restrict=neqsel); comment on operator ===(int,int) is 'eq'; alter operator ===(int,int) owner to sailor; create view v as select 1 === 2 as x;
-- case: operator: function change
-- before
create function oe(int,int) returns boolean language sql immutable as 'select $1=$2'; create function one(int,int) returns boolean language sql immutable as 'select $1<>$2';create operator === (leftarg=int, rightarg=int, function=oe); create table t(a int, exclude (a with =), check (a === a or true)); create view v as select 1 === 2 x;
-- after
create function oe(int,int) returns boolean language sql immutable as 'select $1=$2'; create function one(int,int) returns boolean language sql immutable as 'select $1<>$2';create operator === (leftarg=int, rightarg=int, function=one, commutator= ===); create table t(a int, exclude (a with =), check (a === a or true)); create view v as select 1 === 2 x;
-- rows before
insert into t values(1);
-- case: opclass: create
-- roles: sailor
-- before
create function cmp(int,int) returns int language sql immutable as 'select 0';
-- after
create function cmp(int,int) returns int language sql immutable as 'select 0';
create operator class oc for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 cmp(int,int);
comment on operator class oc using btree is 'x';
comment on operator family oc using btree is 'f';
create table t(a int);
create index i on t(a oc);
alter operator class oc using btree owner to sailor;
alter operator family oc using btree owner to sailor;
-- case: opfamily: members
-- before
create operator family fa using btree;
comment on operator family fa using btree is 'a';
-- after
create operator family fa using btree;
alter operator family fa using btree add operator 1 <(int4,int2), function 1 (int4,int2) btint42cmp(int4,int2), operator 1 <(int2,int2);
comment on operator family fa using btree is 'b';
-- case: opclass: gist
-- before
-- after
create operator family gf using gist;
create operator class gc for type point using gist family gf as storage box, operator 1 <<(point,point), operator 15 <->(point,point) for order by float_ops, function 1 gist_point_consistent(internal,point,smallint,oid,internal), function 2 gist_box_union(internal,internal), function 3 gist_point_compress(internal), function 5 gist_box_penalty(internal,internal,internal), function 6 gist_box_picksplit(internal,internal), function 7 gist_box_same(box,box,internal), function 8 gist_point_distance(internal,point,smallint,oid,internal);
-- case: cast: kinds
-- before
create type en as enum('a');
create function tb(en) returns int language sql immutable as 'select 1';
-- after
create type en as enum('a');
create function tb(en) returns int language sql immutable as 'select 1';
create cast (en as int) with function tb(en) as implicit;
create cast (en as bigint) with inout as assignment;
comment on cast (en as int) is 'c';
create domain d as int;
create type co as (a int);
create cast (co as text) with inout;
-- case: cast: type anew
-- before
create type en as enum('a','b');
create function tb(en) returns int language sql immutable as 'select 1';
create cast (en as int) with function tb(en);
create table t(x en);
-- after
create type en as enum('b','a');
create function tb(en) returns int language sql immutable as 'select 1';
create cast (en as int) with function tb(en);
create table t(x en);
-- rows before
insert into t values('a');
-- case: conversion: change
-- roles: sailor
-- before
create conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
-- after
create default conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
comment on conversion cv is 'c';
create schema s;
create conversion s."C" for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
alter conversion cv owner to sailor;
-- case: textsearch: all
-- roles: sailor
-- before
-- after
create text search dictionary di (template=pg_catalog.simple, stopwords='english', accept=false);
create text search configuration cf (copy=pg_catalog.english);
alter text search configuration cf alter mapping for asciiword with di, english_stem;
alter text search configuration cf drop mapping for email;
comment on text search configuration cf is 'c';
comment on text search dictionary di is 'd';
create text search template te (lexize=dsimple_lexize, init=dsimple_init);
create text search parser pa (start=prsd_start, gettoken=prsd_nexttoken, "end"=prsd_end, lextypes=prsd_lextype, headline=prsd_headline);
create text search configuration c2 (parser=pa);
comment on text search parser pa is 'p';
comment on text search template te is 't';
alter text search dictionary di owner to sailor;
alter text search configuration cf owner to sailor;
-- case: transform: all
-- before
create function ft(internal) returns internal language internal immutable as 'byteain';
-- after
create function ft(internal) returns internal language internal immutable as 'byteain';
create function tt(internal) returns bytea language internal immutable as 'byteain';
create transform for bytea language plpgsql (from sql with function ft(internal), to sql with function tt(internal));
comment on transform for bytea language plpgsql is 't';
-- case: language: all
-- roles: sailor, cook
-- before
-- after
create trusted language plfoo handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
comment on language plfoo is 'l';
create function f() returns int language plfoo as 'begin return 1; end';
grant usage on language plfoo to sailor;
alter language plfoo owner to cook;
-- case: event trigger: tags in another order
-- before
create function ef() returns event_trigger language plpgsql as 'begin end';
create event trigger e on ddl_command_end when tag in ('ALTER TABLE', 'CREATE TABLE') execute function ef();
-- after
create function ef() returns event_trigger language plpgsql as 'begin end';
create event trigger e on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function ef();
