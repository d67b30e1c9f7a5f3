-- normalise e-mail addresses
--
-- revision: c35f7a1b9d02
-- revises: a27b4c6d8e91
-- created: 2025-04-22 07:31:55 UTC

-- migrate:up
-- Two users whose addresses differ only in case are for a person to merge:
-- the unique constraint stops this revision, and nothing is changed.
UPDATE users
SET email = lower(btrim(email))
WHERE email <> lower(btrim(email));

ALTER TABLE users
    ADD CONSTRAINT users_email_normal CHECK (email = lower(btrim(email)));

-- migrate:down
-- How the addresses were once written is gone; only the rule is taken back.
ALTER TABLE users DROP CONSTRAINT users_email_normal;
