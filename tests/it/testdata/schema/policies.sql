-- case: policy: roles
-- roles: sailor, cook
-- before
create table t(id int primary key, a text, b int);
create policy po on t to sailor using (b>0);
-- after
create table t(id int primary key, a text, b int);
create policy po on t to sailor, cook using (b>0) with check (b>1);
comment on policy po on t is 'x';
-- case: policy: restrictive
-- before
create table t(id int primary key, a text, b int);
create policy po on t using (b>0);
-- after
create table t(id int primary key, a text, b int);
create policy po on t as restrictive for insert to current_user with check (true);
alter table t enable row level security;
-- case: policy: function
-- before
create table t(id int primary key, a text, b int);
-- after
create function okx(int) returns bool language sql immutable as 'select $1>0';create table t(id int primary key, a text, b int);create policy po on t using (okx(b));
-- case: evt: tags
-- before
create function ef() returns event_trigger language plpgsql as $$begin end$$; create function eg() returns event_trigger language plpgsql as $$begin end$$;create event trigger et on ddl_command_end when tag in ('CREATE TABLE') execute function ef();
-- after
create function ef() returns event_trigger language plpgsql as $$begin end$$; create function eg() returns event_trigger language plpgsql as $$begin end$$;create event trigger et on ddl_command_start when tag in ('CREATE TABLE','DROP TABLE') execute function eg(); comment on event trigger et is 'c'; alter event trigger et disable;
-- case: evt: bad
-- before
create function ef() returns event_trigger language plpgsql as $$begin raise exception 'no'; end$$; create event trigger et on ddl_command_end when tag in ('CREATE TABLE') execute function ef();
-- after
create function ef() returns event_trigger language plpgsql as $$begin raise exception 'no'; end$$; create table q(a int);
-- case: trigger: partition
-- before
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');create function tf() returns trigger language plpgsql as $$begin return new; end$$;
-- after
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');create function tf() returns trigger language plpgsql as $$begin return new; end$$;create trigger tr after insert on m for each row execute function tf();
-- case: trigger: partition enabled new
-- before
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');create function tf() returns trigger language plpgsql as $$begin return new; end$$;
-- after
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');create function tf() returns trigger language plpgsql as $$begin return new; end$$;create trigger tr after insert on m for each row execute function tf(); alter table only m disable trigger tr; alter table m2 enable always trigger tr;
-- case: trigger: partition detach
-- before
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 partition of m for values from ('2025-01-01') to ('2026-01-01');create function tf() returns trigger language plpgsql as $$begin return new; end$$;create trigger tr after insert on m for each row execute function tf();
-- after
create table m(id int not null, d date not null) partition by range (d);create table m1 partition of m for values from ('2024-01-01') to ('2025-01-01');create table m2 (id int not null, d date not null);create function tf() returns trigger language plpgsql as $$begin return new; end$$;create trigger tr after insert on m for each row execute function tf();create trigger tr after insert on m2 for each row execute function tf();
-- rows before
insert into m values (1,'2025-05-05'),(2,'2024-05-05');
