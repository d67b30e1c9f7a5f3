-- case: two tables that refer to each other
-- before
CREATE TABLE crew (id int PRIMARY KEY);
-- after
CREATE TABLE boat (id int PRIMARY KEY, captain int);
CREATE TABLE crew (id int PRIMARY KEY, boat int REFERENCES boat);
ALTER TABLE boat ADD FOREIGN KEY (captain) REFERENCES crew;
-- rows before
INSERT INTO crew VALUES (1);
-- case: another primary key under a reference
-- before
CREATE TABLE boat (id int NOT NULL, CONSTRAINT k UNIQUE (id));
CREATE TABLE crew (boat int REFERENCES boat (id));
-- after
CREATE TABLE boat (id int NOT NULL, CONSTRAINT k PRIMARY KEY (id));
CREATE TABLE crew (boat int REFERENCES boat (id));
-- rows before
INSERT INTO boat VALUES (1);
INSERT INTO crew VALUES (1);
-- rows after
INSERT INTO boat VALUES (1);
INSERT INTO crew VALUES (1);
-- case: a check that calls a function
-- before
CREATE TABLE boat (id int);
-- after
CREATE FUNCTION fine(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0';
CREATE TABLE boat (id int CONSTRAINT ok CHECK (fine(id)) NO INHERIT);
-- rows before
INSERT INTO boat VALUES (1);
-- case: deferred, and one that is not valid yet
-- before
CREATE TABLE boat (id int UNIQUE, captain int);
-- after
CREATE TABLE boat (id int, captain int, CONSTRAINT boat_id_key UNIQUE (id) DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE boat ADD CONSTRAINT captained CHECK (captain > 0) NOT VALID;

-- case: a list of values stays as PostgreSQL prints it
-- before
CREATE TABLE list (kind varchar(10) CHECK (kind IN ('a', 'b')), CHECK (kind NOT IN ('x', 'y')));
-- after
CREATE TABLE list (kind varchar(10) CHECK (kind IN ('a', 'b', 'c')), other varchar(5) CHECK (other IN ('x', 'y')));
CREATE INDEX list_kind ON list (kind) WHERE kind IN ('a', 'b');
CREATE VIEW listed AS SELECT kind IN ('a', 'b') AS is_listed FROM list;
