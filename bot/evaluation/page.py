"""Results as tables: for the terminal, and for the page between its markers."""

import re
from collections.abc import Callable, Sequence

from bot.domain.errors import BatchError
from bot.evaluation.claim_checks import CHECK, CLAIM_MEASURES
from bot.evaluation.follow_ups import SHARE, SIMILARITY
from bot.evaluation.outcomes import MEASURES
from bot.evaluation.results import Answers, Results, Row, measured, row_cells
from bot.evaluation.summary import HEADERS
from bot.evaluation.tables import Cell, markdown_table, table

BEGIN, END = "<!-- evaluation:begin -->", "<!-- evaluation:end -->"
_BETWEEN = re.compile(f"(?<={BEGIN}).*(?={END})", re.DOTALL)
_NAMES = (*MEASURES, SIMILARITY, SHARE)

_Table = Callable[[Sequence[str], Sequence[Sequence[Cell]]], str]


def terminal_text(results: Results) -> str:
    """Render all tables, aligned."""
    return _text(results, table)


def page_text(results: Results) -> str:
    """Render all tables in markdown."""
    return _text(results, markdown_table)


def with_tables(page: str, results: Results) -> str:
    """Replace the tables between the page's markers with those of the results.

    Raises BatchError if the page lacks the markers."""
    if not _BETWEEN.search(page):
        raise BatchError(f"The page has no {BEGIN} ... {END} to write the tables between")
    return _BETWEEN.sub(lambda _: f"\n\n{page_text(results)}\n\n", page)


def _text(results: Results, draw: _Table) -> str:
    origin = results.origin
    commit = origin.commit[:12] + (" with changes" if origin.changed else "")
    blocks = [f"Measured at {commit or 'no commit'} with {origin.encoder}."]
    if results.before_commit:
        blocks.append(f"In brackets: the change since {results.before_commit[:12]}.")
    if results.left_out:
        blocks.append(f"Left out: {'; '.join(results.left_out)}.")
    claims = [row for row in results.rows if row.method == CHECK]
    questions = [row for row in results.rows if row.method != CHECK]
    blocks.append(_measures_table(draw, questions, _NAMES))
    if results.answers:
        overall = [_answer_cells(each) for each in results.answers]
        blocks.append(draw(("set", "part", *HEADERS[1:]), overall))
    if claims:
        blocks.append("Claims:")
        blocks.append(_measures_table(draw, claims, CLAIM_MEASURES))
    for each in results.answers:
        if each.part == "all":
            blocks.append(f"By kind of question, {each.set}:")
            blocks.append(draw(HEADERS, [row.cells() for row in each.rows[:-1]]))
    return "\n\n".join(blocks)


def _measures_table(draw: _Table, rows: Sequence[Row], known: Sequence[str]) -> str:
    names = measured(rows, known)
    return draw(("set", "part", "method", "n", *names), [row_cells(row, names) for row in rows])


def _answer_cells(answers: Answers) -> list[Cell]:
    return [answers.set, answers.part, *answers.rows[-1].cells()[1:]]
