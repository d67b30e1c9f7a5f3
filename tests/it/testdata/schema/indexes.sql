-- case: statistics: target
-- before
create table t(id int primary key, a text, b int);
create statistics st on a,b from t;
-- after
create table t(id int primary key, a text, b int);
create statistics st on a,b from t;
alter statistics st set statistics 50;
comment on statistics st is 'c';
-- case: statistics: dropped column
-- before
create table t(id int primary key, a text, b int);
create statistics st on a,b from t;
-- after
create table t(id int primary key, a text);
create statistics st on a,id from t;
-- case: idx: cluster pk
-- before
create table t(id int primary key, a text, b int);
-- after
create table t(id int primary key, a text, b int);
alter table t cluster on t_pkey;
comment on constraint t_pkey on t is 'a';
comment on index t_pkey is 'b';
-- case: idx: replica back
-- before
create table t(id int primary key, a text, b int);
create unique index ui on t(id);
alter table t replica identity using index ui;
alter table t cluster on ui;
-- after
create table t(id bigint primary key, a text, b int);
create unique index ui on t(id, id);
alter table t replica identity using index ui;
alter table t cluster on ui;
-- case: idx: constraint options
-- before
create table t(id int primary key, a text, b int);
-- after
create table t(id int primary key with (fillfactor=50), a text, b int);
-- case: i: multi
-- roles: sailor
-- before
create table a(x int, c1 int);
create table b(y int);
-- after
create table a(x int, c1 int);
create table b(y int, constraint cb check (y>0));
create table c(c1 int not null default 5, z int) inherits (a,b);
create index on c(z);
comment on column c.x is 'inh';
grant select (x) on c to sailor;
-- case: i: local check
-- before
create table a(x int, constraint ck check (x>0));
-- after
create table a(x int, constraint ck check (x>0));
create table c(x int, constraint ck check (x>0)) inherits (a);
-- case: i: grandchild
-- before
create table a(x int);
create table b() inherits (a);
create table c() inherits (b);
-- after
create table a(x int, y text default 'p', constraint k check (x<5));
create table b() inherits (a);
create table c() inherits (b);
-- case: i: other parent
-- before
create table a(x int);
create table a2(x int);
create table b(x int) inherits (a);
-- after
create table a(x int);
create table a2(x int);
create table b(x int) inherits (a2);
-- rows before
insert into b values (1)
-- case: s: tablespace
-- before
create table t(id int primary key, a text, b int);
-- after
create table t(id int primary key, a text, b int);
alter index t_pkey set (fillfactor=60);
