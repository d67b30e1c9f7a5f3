"""Runs the revisions over asyncpg, as in Alembic's own template for it."""

import asyncio
import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def url():
    given = os.environ.get("MIGRATION_DATABASE_URL") or os.environ["DATABASE_URL"]
    return given.replace("postgres://", "postgresql+asyncpg://", 1)


def run(connection):
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(url(), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
