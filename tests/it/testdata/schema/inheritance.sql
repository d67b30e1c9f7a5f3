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
-- case: inh: column kept in another way
-- before
create table pa(x int);
create table ch(z int) inherits (pa);
-- after
create table pa(x int, body text);
create table ch(z int) inherits (pa);
create table ch2() inherits (pa);
alter table pa alter body set statistics 77, alter body set storage external;
alter table ch alter body set (n_distinct = 3);
-- rows before
insert into ch values (1, 2)
-- rows after
insert into ch values (1, 'a', 2)
-- case: inh: not null that does not reach children
-- since: 18
-- before
create table pa(x int not null, y int not null no inherit, z int);
create table ch() inherits (pa);
alter table pa add not null z not valid;
-- after
create table pa(x int not null no inherit, y int not null, z int not null);
create table ch() inherits (pa);
alter table ch alter x drop not null;
create table dh(w int not null) inherits (pa);
-- rows before
insert into ch values (1, 2, 3)
-- rows after
insert into ch values (1, 2, 3)
-- case: inh: not null of one parent, then of the other
-- since: 18
-- before
create table pa(x int constraint nn_a not null);
create table pb(x int);
create table ch() inherits (pa, pb);
-- after
create table pa(x int);
create table pb(x int constraint nn_b not null);
create table ch() inherits (pa, pb);
-- rows before
insert into ch values (1)
-- rows after
insert into ch values (1)
-- case: inheritance: a child keeps the column that its parent loses
-- one way: a child's own column cannot become its parent's
-- before
create table a(x int, y text);
create table c(z int) inherits (a);
create table d() inherits (c);
create table e() inherits (a);
create index on c(y);
-- after
create table a(x int);
create table c(y text, z int) inherits (a);
create table d() inherits (c);
create table e() inherits (a);
create index on c(y);
-- rows before
insert into c values (1, 'y', 2);
-- case: inheritance: the parent goes, with a check
-- one way: a child's own column cannot become its parent's
-- before
create table a(x int check (x > 0));
create table c(y int) inherits (a);
-- after
create table c(x int check (x > 0), y int);
-- rows before
insert into c values (1, 2);
-- case: inh: everything goes, a check that a child declares again among it
-- before
create table a(x int constraint ax check (x > 1));
create table b() inherits (a);
create table c(constraint ax check (x > 1)) inherits (b);
-- after
create table z();
-- case: typed: everything goes
-- before
create type ty as (a int, b text);
create table u of ty;
-- after
create table z();

-- case: what a child asks for as well as its parent
-- before
CREATE TABLE p (a int NOT NULL, b int);
CREATE TABLE c () INHERITS (p);
ALTER TABLE c ALTER a SET NOT NULL;
-- after
CREATE TABLE p (a int, b int);
CREATE TABLE c () INHERITS (p);
