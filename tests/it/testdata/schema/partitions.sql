-- case: pidx: add
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(id);
create unique index mu on m(id,d);
alter table m add constraint mx unique (d,id);
alter table m add primary key (id,d);
-- case: pidx: change
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(id);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(d);
-- case: pidx: detach
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(id);
alter table m add primary key(id,d);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 (id int not null, d date not null);
create index m2_id_idx on m2(id);
alter table m2 add primary key(id,d);
create index mi on m(id);
alter table m add primary key(id,d);
-- rows before
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
-- rows after
insert into m values (2,'2024-05-05');
insert into m2 values (1,'2025-05-05')
-- case: pidx: bound
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(id);
alter table m add primary key(id,d);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2028-01-01');
create index mi on m(id);
alter table m add primary key(id,d);
-- rows before
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
-- rows after
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
-- case: pidx: sub create
-- before
-- after
create table m(id int not null, d date not null, r text) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01') partition by list (r);
create table m1a partition of m1 for values in ('a');
create table m1d partition of m1 default;
create index mi on m(r);
alter table m add constraint mu unique (id,d,r);
create table mo partition of m default;
-- case: pfk: to
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key(id,d);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key(id,d);
create table o(id int, d date, rid int, rd date, foreign key (rid,rd) references m(id,d));
-- case: pfk: to new partition
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key(id,d);
create table o(id int, d date, rid int, rd date, foreign key (rid,rd) references m(id,d));
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key(id,d);
create table o(id int, d date, rid int, rd date, foreign key (rid,rd) references m(id,d));
create table m3 partition of m for values from ('2026-01-01') to ('2027-01-01');
-- rows before
insert into m values (1,'2025-05-05');
insert into o values (1,'2025-05-05',1,'2025-05-05');
-- case: pfk: from partition new
-- before
create table t(id int primary key, a text, b int);
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint mfk foreign key (id) references t(id) on delete cascade;
-- after
create table t(id int primary key, a text, b int);
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint mfk foreign key (id) references t(id) on delete cascade;
create table m3 partition of m for values from ('2026-01-01') to ('2027-01-01');
-- case: pfk: self
-- before
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add column pid int;
alter table m add column pd date;
alter table m add primary key (id,d);
alter table m add constraint mself foreign key (pid,pd) references m(id,d);
-- case: part: check
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint ck check (id > 0);
alter table m1 add constraint own check (id < 100);
-- case: part: default
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create table md partition of m default;
alter table m1 alter id set default 5;
alter table m1 alter column id set statistics 3;
-- case: part: swap bounds
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2023-01-01') to ('2024-06-01');
create table m2 partition of m for values from ('2024-06-01') to ('2026-01-01');
-- case: part: sub
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create table m3 partition of m for values from ('2026-01-01') to ('2027-01-01') partition by hash (id);
create table m3a partition of m3 for values with (modulus 2, remainder 0);
create table m3b partition of m3 for values with (modulus 2, remainder 1);
-- case: part: to partitioned rows
-- before
create table m(id int not null, d date not null, primary key(id,d));
create index mi on m(d);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
create index mi on m(d);
alter table m add primary key(id,d);
-- rows before
insert into m values (1,'2025-01-01'),(2,'2024-01-01');
-- rows after
insert into m values (1,'2025-01-01'),(2,'2024-01-01');
-- case: part: notnull
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- case: part: generated
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add column g int generated always as (id*2) stored;
-- case: part: column kept in another way
-- before
create table m(k int not null) partition by range (k);
create table m1 partition of m for values from (0) to (10);
create table m2 partition of m for values from (10) to (20);
-- after
create table m(k int not null, body text not null default '', n int) partition by range (k);
create table m1 partition of m for values from (0) to (10);
create table m2 partition of m for values from (10) to (20);
alter table m alter body set statistics 77, alter body set storage external;
alter table only m2 alter body set statistics -1, alter body set storage main, alter body drop default;
alter table only m1 alter n set (n_distinct = 5);
-- rows before
insert into m values (1), (11)
-- rows after
insert into m values (1, 'a', 1), (11, 'b', 2)
-- case: partition: a column that it is divided by
-- before
create table p(id int, d date not null, primary key (id, d)) partition by range (d);
create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01');
create table pd partition of p default;
create index pi on p(d);
create table q(k varchar(9) not null) partition by list (k);
create table qa partition of q for values in ('a') partition by list (k);
create table qaa partition of qa default;
create view v as select d from p;
-- after
create table p(id bigint, d timestamp not null, primary key (id, d)) partition by range (d);
create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01');
create table pd partition of p default;
create index pi on p(d);
create table q(k text not null) partition by list (k);
create table qa partition of q for values in ('a') partition by list (k);
create table qaa partition of qa default;
create view v as select d from p;
-- rows before
insert into p values (1, '2024-03-03'), (2, '2026-01-01');
insert into q values ('a');
-- rows after
insert into p values (1, '2024-03-03'), (2, '2026-01-01');
insert into q values ('a');
-- case: partition: an enum and a function that it is divided by
-- before
create type e as enum ('a','b','c');
create function f(a int) returns int language sql immutable as 'select a';
create table t(id int, k e not null default 'a', primary key (id, k)) partition by list (k);
create table ta partition of t for values in ('a');
create table tb partition of t for values in ('b','c');
create table u(x int) partition by range (f(x));
create table u1 partition of u for values from (1) to (10);
-- after
create type e as enum ('c','b','a','d');
create function f(a int) returns bigint language sql immutable as 'select a::bigint';
create table t(id int, k e not null default 'a', primary key (id, k)) partition by list (k);
create table ta partition of t for values in ('a');
create table tb partition of t for values in ('b','c');
create table u(x int) partition by range (f(x));
create table u1 partition of u for values from (1) to (10);
-- rows before
insert into t values (1,'a'),(2,'b');
insert into u values (2);
-- rows after
insert into t values (1,'a'),(2,'b');
insert into u values (2);
-- case: partition: divided again, with all that comes from the whole
-- before
create table r(id int primary key);
create table p(a int, r int references r, check (a > 0), unique (a, r)) partition by list (a);
create table p1 partition of p for values in (1) partition by list (r);
create table p1a partition of p1 for values in (1);
create table p1b partition of p1 default;
create table p2 partition of p default;
-- after
create table r(id int primary key);
create table p(a int, r int, x text default 'q') partition by list (a);
create table p1 partition of p for values in (1, 2) partition by list (r);
create table p1a partition of p1 for values in (1, 2);
create table p1b partition of p1 default;
create table p2 partition of p default;
create unique index pu on p(a, r) include (x);
create index on p(x);
-- rows before
insert into r values (1); insert into p values (1, 1);
-- rows after
insert into r values (1); insert into p values (1, 1);
-- case: partition: a divided table goes that refers to itself
-- before
create table m(id int primary key, previous_id int references m (id)) partition by range (id);
create table m1 partition of m for values from (0) to (10);
-- after
create table z();
-- case: partition: a reference within a divided table goes, and its partitions
-- before
create table voyage(id int primary key, previous int constraint reference references voyage (id)) partition by range (id);
create table voyage_1 partition of voyage for values from (0) to (10);
create table voyage_2 partition of voyage for values from (10) to (20);
-- after
create table voyage(id int primary key, previous int) partition by range (id);
create table voyage_3 partition of voyage for values from (0) to (20);
