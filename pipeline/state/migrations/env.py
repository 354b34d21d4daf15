"""How Alembic runs: on the connection, and within the transaction, that pipeline.state.schema hands over."""

from alembic import context

from pipeline.state.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
