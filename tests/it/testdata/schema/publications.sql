-- case: pub: all
-- before
create table t(id int primary key, a text, b int);
create table z(x int, y int);
create schema s;
create schema s2;
-- after
create table t(id int primary key, a text, b int);
create table z(x int, y int);
create schema s;
create schema s2;
create publication p for all tables with (publish='insert');
comment on publication p is 'c';
