-- create task logs
--
-- revision: a27b4c6d8e91
-- revises: 64e0b2f8a9c7
-- created: 2025-03-03 13:48:09 UTC

-- migrate:up
CREATE TABLE task_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    todo_id bigint,
    event text NOT NULL,
    detail jsonb,
    logged_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT task_logs_todo_fkey FOREIGN KEY (todo_id) REFERENCES todos (id) ON DELETE SET NULL
);

CREATE INDEX task_logs_todo_idx ON task_logs (todo_id);

ALTER TABLE memories ADD COLUMN task_id bigint;
ALTER TABLE memories
    ADD CONSTRAINT memories_task_fkey FOREIGN KEY (task_id) REFERENCES todos (id) ON DELETE SET NULL;

-- The log writes itself, whatever program changes a todo.
CREATE FUNCTION log_todo_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO task_logs (todo_id, event, detail)
    VALUES (NEW.id, 'state', jsonb_build_object('from', OLD.state, 'to', NEW.state));
    RETURN NULL;
END;
$$;

CREATE TRIGGER todos_log_state
    AFTER UPDATE OF state ON todos
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION log_todo_state();

-- migrate:down
DROP TRIGGER todos_log_state ON todos;
DROP FUNCTION log_todo_state();
ALTER TABLE memories DROP COLUMN task_id;
DROP TABLE task_logs;
