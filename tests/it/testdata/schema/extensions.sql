-- case: extension: used
-- before
create table t(a text, b int);
-- after
create schema e;
create extension citext schema e;
create extension hstore schema e;
create table t(a e.citext, b int, c e.hstore default '');
create index i on t using gin(c);
create function f(e.citext) returns int language sql as 'select 1';
comment on extension citext is 'my';
-- rows before
insert into t values('a',1);
-- rows after
insert into t values('a',1,'');
-- case: extension: comment
-- before
create extension citext;
comment on extension citext is 'x';
-- after
create extension citext;
comment on extension citext is null;
