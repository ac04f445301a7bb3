"""Records a session of the real `dealbot repl` and draws it as an animated SVG beside this file.

Run from the project's root: make pictures. The session runs in a pseudo-terminal. pyte, a terminal
emulator, turns what the program prints into screens, and each screen becomes one frame.
"""

import html
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pexpect
import pyte
from pyte.screens import Char

HERE = Path(__file__).resolve().parent
PICTURE = HERE / "terminal.svg"
_COLUMNS, _ROWS = 84, 20
_TYPED = (
    "how much is the partnership worth?",
    "when was it announced?",
    "what's nvidia's share price?",
    ":quit",
)
# Seconds: a keystroke, the pause before Enter, the time to read an answer, and the longest answer.
_KEY_S, _ENTER_S, _READ_S, _ANSWER_S = 0.06, 0.5, 3.5, 60
_QUIET_S = 1.0  # without output for so long, an answer is complete
_PROMPT = "> "
_FONT_PX, _CELL_W, _CELL_H, _MARGIN = 14, 8.43, 19, 16
_COLOURS = {
    "default": "#dcdfe4",
    "black": "#5a6374",
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": "#dcdfe4",
    "brightblack": "#7f8797",
}
_BACKGROUND = "#1e2127"

Line = tuple[Char, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """One screen, with the seconds that it stays and the place of the cursor (column, row)."""

    lines: tuple[Line, ...]
    cursor: tuple[int, int]
    seconds: float


class Session:
    """The program in a pseudo-terminal."""

    def __init__(self, history: Path) -> None:
        self.screen = pyte.Screen(_COLUMNS, _ROWS)
        self._stream = pyte.Stream(self.screen)
        # The program must not ask this terminal for the cursor's place: it does not reply.
        settings = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "COLORTERM": ""}
        self._program = pexpect.spawn(
            str(Path(sys.executable).with_name("dealbot")),
            ["repl", "--history", str(history)],
            env=os.environ | settings,
            dimensions=(_ROWS, _COLUMNS),
            encoding="utf-8",
        )

    def frames(self) -> Iterator[Frame]:
        """Type the questions and yield the screens."""
        self._read_until_quiet(_ANSWER_S)
        for line in _TYPED:
            for key in line:
                self._program.send(key)
                self._read(0.3)
                yield self._frame(_KEY_S)
            yield self._frame(_ENTER_S)
            self._program.send("\r")
            if line != _TYPED[-1]:
                self._read_until_quiet(_ANSWER_S)
                yield self._frame(_READ_S)
        self._program.expect(pexpect.EOF)

    def _frame(self, seconds: float) -> Frame:
        screen = self.screen
        lines = tuple(
            tuple(screen.buffer[row][column] for column in range(_COLUMNS)) for row in range(_ROWS)
        )
        return Frame(lines, (screen.cursor.x, screen.cursor.y), seconds)

    def _read(self, seconds: float) -> bool:
        """Feed the program's next output to the screen. Return False if there is none in time."""
        try:
            self._stream.feed(self._program.read_nonblocking(65536, timeout=seconds))
        except pexpect.TIMEOUT:
            return False
        return True

    def _read_until_quiet(self, seconds: float) -> None:
        """Read until the prompt waits on the cursor's line. Raises TimeoutError if it does not."""
        for _ in range(int(seconds / _QUIET_S)):
            while self._read(_QUIET_S):
                pass
            if self.screen.display[self.screen.cursor.y].rstrip().endswith(_PROMPT.rstrip()):
                return
        raise TimeoutError("the program shows no prompt")


def draw(frames: list[Frame]) -> str:
    """Return the frames as an SVG that repeats them for ever.

    A row that stays the same in neighbouring frames is drawn once."""
    ends, total = [], 0.0
    for frame in frames:
        total += frame.seconds
        ends.append(total)
    starts = [0.0, *ends[:-1]]
    width = _COLUMNS * _CELL_W + 2 * _MARGIN
    height = _ROWS * _CELL_H + 2 * _MARGIN
    rows = [
        _row(row, line, starts[run[0]], ends[run[-1]], total)
        for row in range(_ROWS)
        for line, run in _runs(frames, row)
    ]
    cursors = [
        _cursor(frame.cursor, start, end, total)
        for frame, start, end in zip(frames, starts, ends, strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" '
        f'font-size="{_FONT_PX}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="{_BACKGROUND}"/>\n'
        + "\n".join(filter(None, rows + cursors))
        + "\n</svg>\n"
    )


def _runs(frames: list[Frame], row: int) -> Iterator[tuple[Line, list[int]]]:
    """Yield each content of a row with the numbers of the consecutive frames that show it."""
    for line, run in groupby(range(len(frames)), key=lambda number: frames[number].lines[row]):
        yield line, list(run)


def _row(row: int, line: Line, start: float, end: float, total: float) -> str:
    if not "".join(char.data for char in line).strip():
        return ""
    y = _MARGIN + row * _CELL_H + _FONT_PX
    spans = []
    column = 0
    for style, chars in groupby(line, key=_style):
        cells = "".join(char.data for char in chars)
        if text := cells.rstrip():
            x, length = _MARGIN + column * _CELL_W, len(text) * _CELL_W
            at = f'x="{x:.1f}" textLength="{length:.1f}"'
            spans.append(f"<tspan {at} {style}>{html.escape(text)}</tspan>")
        column += len(cells)
    opacity, animation = _shown(start, end, total)
    body = f"{''.join(spans)}{animation}"
    return f'<text y="{y}" xml:space="preserve" opacity="{opacity:g}">{body}</text>'


def _cursor(at: tuple[int, int], start: float, end: float, total: float) -> str:
    x, y = _MARGIN + at[0] * _CELL_W, _MARGIN + at[1] * _CELL_H
    opacity, animation = _shown(start, end, total, 0.6)
    return (
        f'<rect x="{x:.1f}" y="{y}" width="{_CELL_W}" height="{_CELL_H - 2}" '
        f'fill="#dcdfe4" opacity="{opacity:g}">{animation}</rect>'
    )


def _shown(start: float, end: float, total: float, opacity: float = 1) -> tuple[float, str]:
    """Return the opacity of an element that is shown from `start` to `end` (seconds) in a viewer
    without animation, which shows the last screen, and the animation for the other viewers."""
    times, values = [0.0, start / total, end / total], [0.0, opacity, 0.0]
    if start == 0:
        times, values = times[1:], values[1:]
    if end == total:
        times, values = times[:-1], values[:-1]
    listed = ";".join(f"{time:.4f}" for time in times)
    shades = ";".join(f"{value:g}" for value in values)
    return (
        opacity if end == total else 0,
        f'<animate attributeName="opacity" calcMode="discrete" dur="{total:.2f}s" '
        f'repeatCount="indefinite" keyTimes="{listed}" values="{shades}"/>',
    )


def _style(char: Char) -> str:
    colour = _COLOURS.get(char.fg, f"#{char.fg}" if len(char.fg) == 6 else _COLOURS["default"])
    weight = ' font-weight="bold"' if char.bold else ""
    return f'fill="{colour}"{weight}'


def record() -> Path:
    """Record the session and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        frames = list(Session(Path(folder) / "history").frames())
    PICTURE.write_text(draw(frames), encoding="utf-8")
    return PICTURE


if __name__ == "__main__":
    sys.stderr.write(f"{record()}\n")
