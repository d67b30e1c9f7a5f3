-- case: mix: everything new
-- before
-- after
create schema s; create extension pg_trgm schema s; create type s.en as enum('x','y'); create domain s.d as s.en not null default 'x'; create type s.co as (a s.d, b s.en[], c text collate "C"); create type s.r as range(subtype=numeric); create table s.t(id serial primary key, a s.d, b s.co, c s.r, d s.en default 'y', e text); create index ti on s.t using gin(e s.gin_trgm_ops); create function s.f(s.t) returns s.co language sql stable as 'select ($1).b'; create view s.v as select s.f(t) from s.t; create aggregate s.agg(s.en) (sfunc=array_append, stype=s.en[], initcond='{}'); create view s.w as select s.agg(d) from s.t; create function s.trg() returns trigger language plpgsql as 'declare x s.t; begin return new; end'; create trigger tr after insert on s.t for each row execute function s.trg();
-- case: mix: enum everywhere
-- before
create type en as enum('a','b','c'); create domain d as en; create type co as (e en); create type r as range(subtype=en); create table t(id int, e en, d d, c co, r r, ea en[]); create function f(en, d, co, r) returns en language sql as 'select $1'; create aggregate ag(en) (sfunc=array_append, stype=en[]); create function oe(en,en) returns boolean language sql immutable as 'select true'; create operator ==~ (leftarg=en, rightarg=en, function=oe); create cast (en as int) with inout; create view v as select e ==~ e as x, ag(e) over () from t;  create unique index tj on t(e) where e ==~ 'a';
-- after
create type en as enum('c','a','b'); create domain d as en; create type co as (e en); create type r as range(subtype=en); create table t(id int, e en, d d, c co, r r, ea en[]); create function f(en, d, co, r) returns en language sql as 'select $1'; create aggregate ag(en) (sfunc=array_append, stype=en[]); create function oe(en,en) returns boolean language sql immutable as 'select true'; create operator ==~ (leftarg=en, rightarg=en, function=oe); create cast (en as int) with inout; create view v as select e ==~ e as x, ag(e) over () from t; create unique index tj on t(e) where e ==~ 'a';
-- rows before
insert into t values(1,'a','b',row('c'),'[a,a]','{a}');
-- rows after
insert into t values(1,'a','b',row('c'),'[a,a]','{a}');
-- case: mix: fn signature in check
-- before
create function ok(int) returns boolean language sql immutable as 'select true';
create table t(a int check (ok(a)));
create index i on t(a) where ok(a);
create domain d as int check (ok(value));
create table u(d d);
-- after
create function ok(bigint) returns boolean language sql immutable as 'select true';
create table t(a int check (ok(a)));
create index i on t(a) where ok(a);
create domain d as int check (ok(value));
create table u(d d);
-- rows before
insert into t values(1);
insert into u values(1);
-- rows after
insert into t values(1);
insert into u values(1);
-- case: mix: domain generated
-- before
create domain d as int;
create table t(a d, b d generated always as (a + 1) stored, c int generated always as (a * 2) stored, check (a > 0));
-- after
create domain d as bigint;
create table t(a d, b d generated always as (a + 1) stored, c int generated always as (a * 2) stored, check (a > 0));
-- rows before
insert into t(a) values(1);
-- rows after
insert into t(a) values(1);
-- case: mix: composite to domain
-- before
create type d as (x int);
create function f() returns d language sql as 'select null::d';
-- after
create domain d as int;
create function f() returns d language sql as 'select null::d';
-- case: mix: identity pk domain
-- before
create domain d as int;
create table k(id d primary key);
create table t(id d references k(id) on delete cascade);
-- after
create domain d as bigint;
create table k(id d primary key);
create table t(id d references k(id) on delete cascade);
-- rows before
insert into k values(1);
insert into t values(1);
-- rows after
insert into k values(1);
insert into t values(1);
-- case: mix: agg used new state
-- before
create type st as (n int); create function sf(st,int) returns st language sql as 'select $1'; create aggregate ag(int) (sfunc=sf, stype=st); create view v as select (ag(1)).n;
-- after
create type st as (n bigint, m int); create function sf(st,int) returns st language sql as 'select $1'; create aggregate ag(int) (sfunc=sf, stype=st); create view v as select (ag(1)).n;
-- case: mix: range over domain
-- before
create domain d as int;
create type r as range(subtype=d);
create table t(x r);
-- after
create domain d as bigint;
create type r as range(subtype=d);
create table t(x r);
-- rows before
insert into t values('[1,2]');
-- rows after
insert into t values('[1,2]');
-- case: mix: drop schema cascade
-- before
create schema s; create type s.en as enum('a'); create domain s.d as s.en default 'a'; create table s.t(x s.d); create function s.f(s.t) returns s.en language sql as 'select null::s.en'; create function s.eq(s.en,s.en) returns boolean language sql immutable as $$select true$$; create operator s.=== (leftarg=s.en, rightarg=s.en, function=s.eq); create collation s.c from "C"; create text search configuration s.cf (copy=simple); create text search dictionary s.di (template=simple); alter text search configuration s.cf alter mapping for word with s.di; create aggregate s.ag(int) (sfunc=int4pl, stype=int); create cast (s.en as int) with inout; create type s.r as range(subtype=int);
-- after
create table z(a int);
-- case: mix: fn dollar body
-- before
-- after
create function f() returns text language plpgsql as $x$begin return $$a$$ || '$function$' || $q$b$q$; end$x$; create function "F"("a b" text default 'it''s; --') returns text language sql as $y$select 'x' -- c
$y$;
-- case: mix: proc transaction
-- before
create procedure p(inout x int default 3) language plpgsql as 'begin commit; end';
-- after
create procedure p(inout x int default 3, y text default 'q') language plpgsql security definer as 'begin null; end';
comment on procedure p(int,text) is 'x';
-- case: mix: ext drop used
-- before
create extension citext;
create extension hstore;
create table t(a citext primary key, b hstore);
create index i on t using gist(b);
create function f(citext) returns hstore language sql as 'select null::hstore';
-- after
create table t(a text primary key, b text);
-- rows before
insert into t values('a','a=>1');
-- rows after
insert into t values('a','x=>1');
-- case: mix: comments
-- before
create type en as enum('a');
create domain d as int;
create type co as (a int);
create type r as range(subtype=int);
create aggregate ag(int) (sfunc=int4pl, stype=int);
create operator === (leftarg=int, rightarg=int, function=int4eq);
create collation c from "C";
create cast (en as int) with inout;
-- after
create type en as enum('a');
create domain d as int;
create type co as (a int);
create type r as range(subtype=int);
create aggregate ag(int) (sfunc=int4pl, stype=int);
create operator === (leftarg=int, rightarg=int, function=int4eq);
create collation c from "C";
create cast (en as int) with inout;
comment on type en is 'a';
comment on domain d is 'a';
comment on type co is 'a';
comment on column co.a is 'aa';
comment on type r is 'a';
comment on aggregate ag(int) is 'a';
comment on operator ===(int,int) is 'a';
comment on collation c is 'a';
comment on cast (en as int) is 'a';
-- case: mix: noop all
-- before
create schema s; create extension pg_trgm schema s; create type s.en as enum('x','y'); create domain s.d as s.en not null default 'x'; create type s.co as (a s.d, b s.en[], c text collate "C"); create type s.r as range(subtype=numeric); create table s.t(id serial primary key, a s.d, b s.co, c s.r, d s.en default 'y', e text); create index ti on s.t using gin(e s.gin_trgm_ops); create function s.f(s.t) returns s.co language sql stable as 'select ($1).b'; create view s.v as select s.f(t) from s.t; create aggregate s.agg(s.en) (sfunc=array_append, stype=s.en[], initcond='{}'); create view s.w as select s.agg(d) from s.t; create function s.trg() returns trigger language plpgsql as 'declare x s.t; begin return new; end'; create trigger tr after insert on s.t for each row execute function s.trg();create type en as enum('c','a','b'); create domain d as en; create type co as (e en); create type r as range(subtype=en); create table t(id int, e en, d d, c co, r r, ea en[]); create function f(en, d, co, r) returns en language sql as 'select $1'; create aggregate ag(en) (sfunc=array_append, stype=en[]); create function oe(en,en) returns boolean language sql immutable as 'select true'; create operator ==~ (leftarg=en, rightarg=en, function=oe); create cast (en as int) with inout; create view v as select e ==~ e as x, ag(e) over () from t; create unique index tj on t(e) where e ==~ 'a';
-- after
create schema s; create extension pg_trgm schema s; create type s.en as enum('x','y'); create domain s.d as s.en not null default 'x'; create type s.co as (a s.d, b s.en[], c text collate "C"); create type s.r as range(subtype=numeric); create table s.t(id serial primary key, a s.d, b s.co, c s.r, d s.en default 'y', e text); create index ti on s.t using gin(e s.gin_trgm_ops); create function s.f(s.t) returns s.co language sql stable as 'select ($1).b'; create view s.v as select s.f(t) from s.t; create aggregate s.agg(s.en) (sfunc=array_append, stype=s.en[], initcond='{}'); create view s.w as select s.agg(d) from s.t; create function s.trg() returns trigger language plpgsql as 'declare x s.t; begin return new; end'; create trigger tr after insert on s.t for each row execute function s.trg();create type en as enum('c','a','b'); create domain d as en; create type co as (e en); create type r as range(subtype=en); create table t(id int, e en, d d, c co, r r, ea en[]); create function f(en, d, co, r) returns en language sql as 'select $1'; create aggregate ag(en) (sfunc=array_append, stype=en[]); create function oe(en,en) returns boolean language sql immutable as 'select true'; create operator ==~ (leftarg=en, rightarg=en, function=oe); create cast (en as int) with inout; create view v as select e ==~ e as x, ag(e) over () from t; create unique index tj on t(e) where e ==~ 'a';
-- case: b: attach all things
-- before
create table t(id int primary key, a text, b int);create function tf() returns trigger language plpgsql as $$begin return new; end$$;create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 (id int not null, d date not null);alter table m add primary key (id,d); create index mi on m(d); alter table m add constraint ck check (id>0); alter table m add constraint fk foreign key (id) references t(id); create trigger tr before insert on m for each row execute function tf();
-- after
create table t(id int primary key, a text, b int);create function tf() returns trigger language plpgsql as $$begin return new; end$$;create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');alter table m add primary key (id,d); create index mi on m(d); alter table m add constraint ck check (id>0); alter table m add constraint fk foreign key (id) references t(id); create trigger tr before insert on m for each row execute function tf();
-- rows before
insert into t values (1),(2);
insert into m2 values (1,'2025-05-05');
insert into m values (2,'2024-05-05')
-- rows after
insert into t values (1),(2);
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
-- case: b: drop all
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key (id,d);
create index mi on m(d);
create view v as select * from m;
create table o(id int, d date, foreign key (id,d) references m);
-- after
create table o(id int, d date);
-- case: b: unique to pk
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add unique (id,d);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key (id,d);
-- case: b: idx type
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key (id,d);
create index mi on m(id);
create table o(id int, d date, foreign key (id,d) references m);
-- after
create table m(id bigint not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add primary key (id,d);
create index mi on m(id);
create table o(id bigint, d date, foreign key (id,d) references m);
-- rows before
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
insert into o values (1,'2025-05-05');
-- case: b: column drop
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add z int;
create index mz on m(z);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- rows before
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
-- case: b: checks change
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint ck check (id>0);
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint ck check (id>1);
-- case: b: fk action
-- before
create table t(id int primary key, a text, b int);
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint fk foreign key (id) references t(id);
-- after
create table t(id int primary key, a text, b int);
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
alter table m add constraint fk foreign key (id) references t(id) on delete cascade deferrable;
-- case: b: hash
-- before
-- after
create table h(id int, k text) partition by hash (id, lower(k));
create table h0 partition of h for values with (modulus 2, remainder 0);
create table h1 partition of h for values with (modulus 2, remainder 1) with (fillfactor=70);
-- case: b: unlogged
-- before
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- after
create table m(id int not null, d date not null) partition by range (d);
create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');
create unlogged table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');
-- case: b: schemas
-- before
create schema s1;
create schema s2;
-- after
create schema s1;
create schema s2;
create table s1.m(id int, d date) partition by range(d);
create table s2.m1 partition of s1.m default;
create index ix on s1.m(id);
alter table s1.m add unique (id,d);
-- case: b: sub detach
-- before
create table m(id int, d int) partition by range (d);
create table m1 partition of m for values from (1) to (10) partition by range (id);
create table m1a partition of m1 for values from (1) to (5);
create index ix on m(id);
-- after
create table m(id int, d int) partition by range (d);
create table m1 (id int, d int) partition by range (id);
create table m1a partition of m1 for values from (1) to (5);
create index ix on m(id);
create index m1_id_idx on m1(id);
-- rows before
insert into m values (2,2)
-- case: access methods
-- before
create access method stored type table handler heap_tableam_handler;
create table plain(id int);
create table kept(id int) using stored;
-- after
create access method stored type table handler heap_tableam_handler;
create access method sorted type index handler bthandler;
create operator class ops default for type int4 using sorted as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int4, int4);
comment on access method sorted is 'as btree';
create table plain(id int);
create table kept(id int) using stored;
create table more(id int) using stored;
-- case: mix: unlogged, and bound by references
-- before
create table p(id int primary key, c int); create table c(id int primary key references p, s serial);
create table d(id int references c, x int primary key references d); alter table p add foreign key (c) references c;
-- after
create unlogged table p(id int primary key, c int); create unlogged table c(id int primary key references p, s serial);
create unlogged table d(id int references c, x int primary key references d); alter table p add foreign key (c) references c;
-- rows before
insert into p values (1); insert into c values (1); insert into d values (1, 1);
-- rows after
insert into p values (1); insert into c values (1); insert into d values (1, 1);
