"""The log: one way for all that is said, one line an event, and nothing in it that somebody typed."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import warnings
from contextlib import suppress
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from backend import logs
from backend.core.pool import BoundedPool
from tests.logged import logged

SECRET = "violet-harbour-9"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_events_of_ours_and_of_libraries_are_lines_of_json_alike() -> None:
    with logged() as out:
        structlog.get_logger().info("hello", folder="SD-1")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
        logging.getLogger("asyncssh").info("username chan01")
        logging.getLogger("asyncssh").debug("packet")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("soon", DeprecationWarning, stacklevel=1)
        structlog.get_logger().debug("not at this level")
    ours, library, *warned = lines(out.getvalue())
    assert (ours["event"], ours["level"], ours["folder"]) == ("hello", "info", "SD-1") and ours["timestamp"]
    assert (library["event"], library["level"], library["logger"]) == (
        "Invalid HTTP request received.",
        "warning",
        "uvicorn.error",
    )
    assert [one["logger"] for one in warned] == ["py.warnings"], "below warnings libraries tell what people typed"


def test_words_are_for_a_terminal_and_for_whoever_asks_for_them() -> None:
    for written, readable in (("text", True), ("json", False), ("auto", False)):
        with logged(written) as out:
            structlog.get_logger().warning("a source is kept out", source="192.0.2.7", seconds=60, why="too many")
        said = out.getvalue()
        assert said.startswith("{") is not readable
        if readable:
            assert said[8:].rstrip() == ' warning  a source is kept out  source=192.0.2.7 seconds=60 why="too many"'


@pytest.mark.parametrize("written", ["text", "json"])
def test_a_line_is_a_line_whatever_somebody_is_called(written: str) -> None:
    with logged(written) as out:
        structlog.get_logger().info("x\ny", name="a\n07:00:00 info  forged", other="\x1b[2J\x9b\u202e", nul="\x00")
        logging.getLogger("x").error("a\nb\x1b]52;c;x\x07")
    said = out.getvalue()
    assert said.count("\n") == 2 and not any(char in said for char in "\x1b\x9b\u202e\x00\x07")


def test_an_exception_tells_where_and_not_what_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    class Form(BaseModel):
        otp: int

    def breaks(password: str) -> None:
        try:
            int(password)
        except ValueError as error:
            raise KeyError(password) from error

    with logged() as out:
        try:
            breaks(SECRET)
        except KeyError as error:
            structlog.get_logger().error("unexpected", exc_info=error)
        with pytest.raises(ValidationError) as wrong:
            Form.model_validate({"otp": SECRET})
        structlog.get_logger().error("unexpected", exc_info=wrong.value)
        logging.getLogger("asyncio").error(f"Task exception was never retrieved: {ValueError(SECRET)!r}")
        structlog.get_logger().error("x", password=SECRET, new_otp=SECRET, token=SECRET, **{"smtp_password": SECRET})
        structlog.get_logger().error("no file", exc_info=FileNotFoundError(2, "No such file", "/var/lib/ecp/ecp.db"))
    said = out.getvalue()
    assert SECRET not in said
    first = lines(said)[0]["exception"]
    assert "in breaks" in first and first.index("ValueError") < first.index("KeyError: …")
    assert "/var/lib/ecp/ecp.db" in said


def test_a_loop_of_causes_and_a_group_of_errors_come_to_an_end() -> None:
    first, second = ValueError("one"), RuntimeError("two")
    first.__cause__, second.__cause__ = second, first
    told = logs.trace_of(ExceptionGroup("several", [first, OSError("three")]))
    assert [told.count(word) for word in ("one", "two", "three", "several")] == [1, 1, 1, 1]


def test_a_thread_that_dies_is_an_event() -> None:
    def dies() -> None:
        raise RuntimeError("why")

    with logged() as out:
        thread = threading.Thread(target=dies)
        thread.start()
        thread.join()
    (said,) = lines(out.getvalue())
    assert said["level"] == "error" and "RuntimeError: why" in said["exception"]


async def test_work_keeps_its_reference_over_tasks_threads_and_the_pool_of_sign_ins() -> None:
    def tell(what: str) -> None:
        structlog.get_logger().info(what, known=logs.reference())

    async def told() -> None:
        tell("task")

    pool = BoundedPool(threads=1)
    with logged() as out:
        with logs.under_reference() as reference:
            await asyncio.create_task(told())
            await asyncio.to_thread(tell, "thread")
            pool.submit(lambda: tell("pool")).result(10)
        tell("outside")
    pool.close()
    *inside, outside = lines(out.getvalue())
    assert [(one["event"], one["reference"], one["known"]) for one in inside] == [
        (where, reference, reference) for where in ("task", "thread", "pool")
    ]
    assert "reference" not in outside and outside["known"] != reference


def test_a_log_that_takes_no_more_keeps_nothing_from_going_on() -> None:
    with logged(out=open("/dev/full", "w", encoding="ascii")) as full:
        for _ in range(2000):
            structlog.get_logger().error("x" * 100)
        logging.getLogger("x").error("y")
    with suppress(OSError):
        full.close()
    with logged(out=full):
        structlog.get_logger().error("it is closed")


def test_events_are_counted_by_level() -> None:
    before = logs.counted["error"]
    with logged():
        structlog.get_logger().error("one")
        logging.getLogger("x").critical("two")
    assert logs.counted["error"] == before + 2
