-- case: fdw: server
-- roles: sailor
-- before
create foreign data wrapper w;
create server sv foreign data wrapper w;
-- after
create foreign data wrapper w;
create server sv type 'x' version '1' foreign data wrapper w options (a 'b');
comment on server sv is 'c';
grant usage on foreign server sv to sailor;
alter server sv owner to sailor;
-- case: fdw: server type with table
-- roles: sailor
-- before
create foreign data wrapper w;
create server sv foreign data wrapper w;
create foreign table ft(id int options (column_name 'i'), a text) server sv options (table_name 'q');
create user mapping for public server sv;
comment on foreign table ft is 'c';
grant select on ft to sailor;
-- after
create foreign data wrapper w;
create server sv type 'k' foreign data wrapper w;
create foreign table ft(id int options (column_name 'i'), a text) server sv options (table_name 'q');
create user mapping for public server sv;
comment on foreign table ft is 'c';
grant select on ft to sailor;
-- case: fdw: table columns
-- before
create foreign data wrapper w;
create server sv foreign data wrapper w;
create foreign table ft(id int options (column_name 'i'), a text) server sv options (table_name 'q');
-- after
create foreign data wrapper w;
create server sv foreign data wrapper w;
create foreign table ft(id bigint options (column_name 'j', z '1') not null, c text collate "C" default 'x', g int generated always as (id*2) stored, constraint ck check (id > 0)) server sv options (table_name 'q2', o 'p');
comment on column ft.c is 'k';
alter foreign table ft alter c set statistics 7;
create view fv as select id from ft;
-- case: fdw: server changed
-- before
create foreign data wrapper w;
create server sv foreign data wrapper w;
create foreign table ft(id int options (column_name 'i'), a text) server sv options (table_name 'q');
create server s2 foreign data wrapper w;
-- after
create foreign data wrapper w;
create server sv foreign data wrapper w;
create server s2 foreign data wrapper w;
create foreign table ft(id int options (column_name 'i'), a text) server s2 options (table_name 'q');
-- case: fdw: inherits
-- before
create foreign data wrapper w;
create server sv foreign data wrapper w;
create table pa(x int, check (x>0));
-- after
create foreign data wrapper w;
create server sv foreign data wrapper w;
create table pa(x int, check (x>0));
create foreign table ft(y int) inherits (pa) server sv;
