"""How alembic runs the versions: on the connection that it is given, in its transaction."""

from __future__ import annotations

from alembic import context

from luodi.store.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,  # gives constraints their names
    transactional_ddl=True,
)
context.run_migrations()
