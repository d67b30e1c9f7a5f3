"""A small shop-and-todo service over the example schema in migrations/.

It is an ordinary ASGI application: it takes DATABASE_URL, expects the schema to be there, and knows nothing of
seaworthy. Run it with `uvicorn app:app`.
"""

import contextlib
import datetime
import decimal
import json
import os

import asyncpg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route


@contextlib.asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=5)
    # By now the schema must be complete: a missing table ends the start here, with its name.
    await app.state.pool.fetch("SELECT 1 FROM users, todos, carts, cart_items, memories, task_logs LIMIT 0")
    print(f"application: serving as process {os.getpid()}", flush=True)
    yield
    await app.state.pool.close()


def as_json(value):
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def answer(content, status=200):
    return Response(json.dumps(content, default=as_json), status, media_type="application/json")


async def body_of(request, *required):
    try:
        body = await request.json()
    except ValueError:
        raise HTTPException(400, "the body is not JSON") from None
    missing = [name for name in required if not isinstance(body, dict) or name not in body]
    if missing:
        raise HTTPException(400, f"missing: {', '.join(missing)}")
    return body


async def rows(request, query, *arguments):
    return [dict(row) for row in await request.app.state.pool.fetch(query, *arguments)]


async def row(request, query, *arguments):
    found = await rows(request, query, *arguments)
    if not found:
        raise HTTPException(404, "not found")
    return found[0]


async def list_users(request):
    return answer(await rows(request, "SELECT id, email, name, created_at FROM users ORDER BY id"))


async def add_user(request):
    body = await body_of(request, "email", "name")
    return answer(
        await row(
            request,
            "INSERT INTO users (email, name) VALUES (lower(btrim($1)), $2) RETURNING id, email, name, created_at",
            body["email"],
            body["name"],
        ),
        201,
    )


async def list_todos(request):
    return answer(
        await rows(
            request,
            "SELECT id, title, state::text, position, due_on FROM todos WHERE user_id = $1 ORDER BY position",
            request.path_params["user"],
        )
    )


async def add_todo(request):
    body = await body_of(request, "title")
    due_on = body.get("due_on")
    return answer(
        await row(
            request,
            """
            INSERT INTO todos (user_id, title, due_on, position)
            SELECT $1, $2, $3, coalesce(max(position), 0) + 1 FROM todos WHERE user_id = $1
            RETURNING id, title, state::text, position, due_on
            """,
            request.path_params["user"],
            body["title"],
            due_on and datetime.date.fromisoformat(due_on),
        ),
        201,
    )


async def finish_todo(request):
    return answer(
        await row(
            request,
            "UPDATE todos SET state = 'done' WHERE id = $1 RETURNING id, title, state::text, position, due_on",
            request.path_params["todo"],
        )
    )


async def show_log(request):
    return answer(
        await rows(
            request,
            "SELECT event, detail ->> 'from' AS before, detail ->> 'to' AS after FROM task_logs WHERE todo_id = $1 ORDER BY id",
            request.path_params["todo"],
        )
    )


async def show_cart(request):
    return answer(
        await rows(
            request,
            """
            SELECT sku, quantity, unit_price, quantity * unit_price AS price
            FROM cart_items JOIN carts ON carts.id = cart_id
            WHERE user_id = $1 AND checked_out_at IS NULL
            ORDER BY sku
            """,
            request.path_params["user"],
        )
    )


async def add_to_cart(request):
    body = await body_of(request, "sku", "unit_price")
    return answer(
        await row(
            request,
            """
            WITH cart AS (
                INSERT INTO carts (user_id) VALUES ($1)
                ON CONFLICT (user_id) WHERE checked_out_at IS NULL DO UPDATE SET user_id = $1
                RETURNING id
            )
            INSERT INTO cart_items (cart_id, sku, quantity, unit_price)
            SELECT id, $2, $3, $4 FROM cart
            ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = cart_items.quantity + excluded.quantity
            RETURNING sku, quantity, unit_price
            """,
            request.path_params["user"],
            body["sku"],
            int(body.get("quantity", 1)),
            decimal.Decimal(str(body["unit_price"])),
        ),
        201,
    )


async def health(request):
    await request.app.state.pool.fetchval("SELECT 1")
    return answer({"ok": True})


async def alive(request):
    return answer({"ok": True})


async def refused(request, error):
    return answer({"error": str(error)}, 409)


async def http_error(request, error):
    return answer({"error": error.detail}, error.status_code)


async def bad_value(request, error):
    return answer({"error": str(error)}, 400)


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/livez", alive),
        Route("/healthz", health),
        Route("/users", list_users),
        Route("/users", add_user, methods=["POST"]),
        Route("/users/{user:int}/todos", list_todos),
        Route("/users/{user:int}/todos", add_todo, methods=["POST"]),
        Route("/users/{user:int}/cart", show_cart),
        Route("/users/{user:int}/cart", add_to_cart, methods=["POST"]),
        Route("/todos/{todo:int}/done", finish_todo, methods=["POST"]),
        Route("/todos/{todo:int}/log", show_log),
    ],
    exception_handlers={
        HTTPException: http_error,
        asyncpg.IntegrityConstraintViolationError: refused,
        asyncpg.DataError: bad_value,
        ValueError: bad_value,
        decimal.InvalidOperation: bad_value,
    },
)
