-- add position to todos
--
-- revision: d84c0e2a6b17
-- revises: c35f7a1b9d02
-- created: 2025-06-18 16:07:20 UTC

-- migrate:up
ALTER TABLE todos ADD COLUMN position integer;

UPDATE todos
SET position = ranked.position
FROM (
    SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY created_at, id) AS position
    FROM todos
) AS ranked
WHERE todos.id = ranked.id;

ALTER TABLE todos
    ALTER COLUMN position SET NOT NULL,
    -- Exchanging two positions breaks the rule for a moment, so it is checked at the end.
    ADD CONSTRAINT todos_position_key UNIQUE (user_id, position) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT todos_position_positive CHECK (position > 0);

-- migrate:down
ALTER TABLE todos DROP COLUMN position;
