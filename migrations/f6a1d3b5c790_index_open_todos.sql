-- index open todos by due date
--
-- revision: f6a1d3b5c790
-- revises: d84c0e2a6b17
-- created: 2025-09-30 11:54:38 UTC

-- migrate:up transaction:false statement-timeout:10m
CREATE INDEX CONCURRENTLY todos_open_due_idx ON todos (due_on, user_id) WHERE state = 'open';

-- migrate:down transaction:false statement-timeout:10m
DROP INDEX CONCURRENTLY todos_open_due_idx;
