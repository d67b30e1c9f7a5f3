-- create users
--
-- revision: 3f1a9c0d2b4e
-- created: 2025-01-06 09:12:44 UTC

-- migrate:up
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_has_at CHECK (email LIKE '%_@_%'),
    CONSTRAINT users_name_not_blank CHECK (btrim(name) <> '')
);

-- migrate:down
DROP TABLE users;
