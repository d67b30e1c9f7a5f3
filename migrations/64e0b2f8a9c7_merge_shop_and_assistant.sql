-- merge shop and assistant
--
-- revision: 64e0b2f8a9c7
-- revises: 8c4d1e6f7b25, 1d9f3a5c7e80
-- created: 2025-02-14 10:00:31 UTC

-- migrate:up

-- migrate:down
