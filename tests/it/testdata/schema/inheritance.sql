-- case: inh: create
-- before
-- after
create table pa(x int not null default 3, y text, constraint ck check (x>0));
create table ch(z int) inherits (pa);
create table ch2(x int default 7) inherits (pa);
alter table ch alter y set not null;
alter table ch alter x drop default;
-- case: inh: parent column
-- before
create table pa(x int);
create table ch(z int) inherits(pa);
-- after
create table pa(x int, y int default 4 not null);
create table ch(z int) inherits(pa);
alter table ch alter y set default 9;
-- rows before
insert into ch values (1,2)
-- case: inh: parent default
-- before
create table pa(x int default 1);
create table ch(x int default 7) inherits(pa);
create table ch3() inherits(pa);
-- after
create table pa(x int default 2);
create table ch(x int default 7) inherits(pa);
create table ch3() inherits(pa);
-- case: inh: type
-- before
create table pa(x int);
create table ch(z int) inherits(pa);
create view v as select x from ch;
-- after
create table pa(x bigint);
create table ch(z int) inherits(pa);
create view v as select x from ch;
-- rows before
insert into ch values (1,2)
-- case: typed: new
-- before
create type ct as (a int, b text);
-- after
create type ct as (a int, b text);
create table tt of ct (a with options not null default 3, primary key (a));
create table tu of ct;
-- case: identity: rename
-- before
create table x(id int generated always as identity (sequence name foo));
-- after
create table x(id int generated always as identity (sequence name bar start 4));
