-- create carts and their items
--
-- revision: 8c4d1e6f7b25
-- revises: 5b7e2d8f0a13
-- branch: shop
-- created: 2025-02-11 08:03:17 UTC

-- migrate:up
CREATE TABLE carts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    checked_out_at timestamptz,
    CONSTRAINT carts_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT carts_checked_out_later CHECK (checked_out_at >= created_at)
);

-- A user has any number of finished carts, but one that is still open.
CREATE UNIQUE INDEX carts_one_open_key ON carts (user_id) WHERE checked_out_at IS NULL;

CREATE TABLE cart_items (
    cart_id bigint NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL DEFAULT 1,
    unit_price numeric(10, 2) NOT NULL,
    PRIMARY KEY (cart_id, sku),
    CONSTRAINT cart_items_cart_fkey FOREIGN KEY (cart_id) REFERENCES carts (id) ON DELETE CASCADE,
    CONSTRAINT cart_items_quantity_positive CHECK (quantity > 0),
    CONSTRAINT cart_items_price_not_negative CHECK (unit_price >= 0)
);

-- migrate:down
DROP TABLE cart_items;
DROP TABLE carts;
