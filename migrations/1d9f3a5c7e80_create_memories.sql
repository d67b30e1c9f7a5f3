-- create memories
--
-- revision: 1d9f3a5c7e80
-- revises: 5b7e2d8f0a13
-- branch: assistant
-- created: 2025-02-12 17:25:50 UTC

-- migrate:up
CREATE TABLE memories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    body text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT memories_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT memories_attributes_object CHECK (jsonb_typeof(attributes) = 'object')
);

CREATE INDEX memories_user_idx ON memories (user_id, created_at DESC);
CREATE INDEX memories_attributes_idx ON memories USING gin (attributes jsonb_path_ops);

-- migrate:down
DROP TABLE memories;
