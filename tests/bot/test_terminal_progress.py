"""Progress on standard error: lines for logs, bars for people."""

import pytest

from bot.terminal.progress import progress_on_stderr


def test_a_log_gets_one_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_on_stderr() as progress:
        progress.start("Reading articles", None)
        progress.advance(1)
        progress.start("Encoding sentences", 133)
        progress.advance(100)
        progress.advance(33)
    captured = capsys.readouterr()
    assert captured.err == "Reading articles\nEncoding sentences: 133\n"
    assert captured.out == ""


def test_a_terminal_gets_bars(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    with progress_on_stderr() as progress:
        progress.start("Reading articles", None)
        progress.advance(3)
        progress.start("Encoding sentences", 133)
        progress.advance(133)
    captured = capsys.readouterr()
    assert "3/3" in captured.err
    assert "133/133" in captured.err
    assert captured.out == ""


def test_a_failure_leaves_the_terminal_as_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    def fail() -> None:
        with progress_on_stderr() as progress:
            progress.start("Encoding sentences", 133)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert capsys.readouterr().err.rindex("\x1b[?25h") > 0  # the cursor is shown again
