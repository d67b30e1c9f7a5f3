-- create todos
--
-- revision: 5b7e2d8f0a13
-- revises: 3f1a9c0d2b4e
-- created: 2025-01-06 15:40:02 UTC

-- migrate:up
CREATE TYPE todo_state AS ENUM ('open', 'done', 'dropped');

CREATE TABLE todos (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    title text NOT NULL,
    state todo_state NOT NULL DEFAULT 'open',
    due_on date,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT todos_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT todos_title_length CHECK (char_length(title) BETWEEN 1 AND 200)
);

CREATE INDEX todos_user_idx ON todos (user_id);

-- migrate:down
DROP TABLE todos;
DROP TYPE todo_state;
