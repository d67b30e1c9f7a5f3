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
-- case: collation: change used
-- before
create collation co (provider=icu, locale='de-DE');
create table t(id int, x text collate co, primary key(x));
create index i on t(lower(x) collate co);
create view v as select x from t;
comment on collation co is 'c';
create domain d as text collate co;
create table u(x d);
-- after
create collation co (provider=icu, locale='fr-FR', deterministic=false);
create table t(id int, x text collate co, primary key(x));
create index i on t(lower(x) collate co);
create view v as select x from t;
comment on collation co is 'c';
create domain d as text collate co;
create table u(x d);
-- rows before
insert into t values(1,'a');
insert into u values('x');
-- rows after
insert into t values(1,'a');
insert into u values('x');
