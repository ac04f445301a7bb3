"""The log: every record is one line, and JSON on request."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.log_filter import keep_out_of_log
from bot.monitoring.logs import LogFormat, LogLevel, about, log_to_stderr, notice, question_id

_HOSTILE = "a\nERROR b\r\x1b[2Jc\u2028d\x85e\u202ef\x00"


class Log:
    """Logs written to a standard error of their own."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def begin(self, level: LogLevel, form: LogFormat) -> None:
        self._stream = io.StringIO()
        self._patch.setattr("sys.stderr", self._stream)
        log_to_stderr(level, form)

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def records(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield Log(monkeypatch)
    finally:
        # Otherwise a later test logs to a closed stream.
        root.handlers[:], root.level = handlers, level


def test_text_has_the_level_the_message_and_the_question(log: Log) -> None:
    log.begin(LogLevel.INFO, LogFormat.TEXT)
    logging.getLogger("bot.some").info("it rains")
    with about("q1"):
        logging.getLogger("bot.some").warning("it pours")
    assert log.text == "INFO it rains\nWARNING it pours (question q1)\n"


def test_nothing_in_a_message_begins_a_line_or_steers_a_terminal(log: Log) -> None:
    log.begin(LogLevel.INFO, LogFormat.TEXT)
    logging.getLogger("bot").info("said %s", _HOSTILE)
    assert log.text.splitlines() == [log.text.removesuffix("\n")]
    assert not {"\x1b", "\x00", "\u202e", "\u2028", "\x85"} & set(log.text)


def test_the_lines_of_a_traceback_cannot_be_taken_for_records(log: Log) -> None:
    log.begin(LogLevel.INFO, LogFormat.TEXT)
    try:
        raise ValueError(_HOSTILE)
    except ValueError:
        logging.getLogger("bot").exception("bug")
    first, *others = log.text.splitlines()
    assert first == "ERROR bug"
    assert any("ERROR b" in line for line in others)
    assert all(line.startswith("  ") for line in others)


@given(text=st.text())
def test_a_record_of_json_is_one_line_with_all_that_it_was_given(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        log = Log(patch)
        handlers = logging.getLogger().handlers[:]
        log.begin(LogLevel.INFO, LogFormat.JSON)
        try:
            with about("q1"):
                logging.getLogger("bot.some").info("said %s", text, extra={"stage": text})
        finally:
            logging.getLogger().handlers[:] = handlers
        [record] = log.records
    assert record.pop("time")
    assert record == {
        "level": "INFO",
        "logger": "bot.some",
        "message": f"said {text}",
        "stage": text,
        "question": "q1",
    }


def test_json_has_the_traceback(log: Log) -> None:
    log.begin(LogLevel.WARNING, LogFormat.JSON)
    try:
        raise ValueError(_HOSTILE)
    except ValueError:
        logging.getLogger("bot").exception("bug")
    [record] = log.records
    assert "ValueError" in str(record["exception"])


@pytest.mark.parametrize("form", LogFormat)
def test_others_are_heard_from_info_on_and_notices_at_any_level(log: Log, form: LogFormat) -> None:
    """At DEBUG, discord.py and aiosqlite would log the questions."""
    log.begin(LogLevel.DEBUG, form)
    for name in ("bot.some", "index.some", "discord.gateway", "aiosqlite"):
        logging.getLogger(name).debug("from %s", name)
    assert log.text.count("from bot.some") == log.text.count("from index.some") == 1
    assert "discord" not in log.text
    assert "aiosqlite" not in log.text
    log.begin(LogLevel.ERROR, form)
    logging.getLogger("bot").warning("quiet")
    notice("Ready")
    assert "quiet" not in log.text
    assert "Ready" in log.text


async def test_each_task_knows_its_own_question() -> None:
    both = asyncio.Barrier(2)

    async def ask(name: str) -> str:
        with about(name):
            await both.wait()
            return await asyncio.create_task(_inside())

    async def _inside() -> str:
        return question_id()

    assert list(await asyncio.gather(ask("q1"), ask("q2"))) == ["q1", "q2"]
    assert question_id() == ""


@pytest.mark.parametrize("form", LogFormat)
def test_the_token_stands_in_no_line_however_it_is_written(log: Log, form: LogFormat) -> None:
    token = 'MTA.se"cr\\et'
    log.begin(LogLevel.INFO, form)
    keep_out_of_log(token)
    logging.getLogger("bot").info("sent %s to /webhooks/1/abc-def", token, extra={"with": token})
    assert not any(part in log.text for part in ("MTA", "cr", "abc-def"))
    assert log.text.count("[token]") >= 2
