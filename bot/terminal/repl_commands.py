"""Commands of the REPL: their names, arguments and functions."""

import difflib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from rich.console import Console, RenderableType
from rich.text import Text

from bot.answering.overview.requests import overview_request
from bot.answering.receipt import Receipt
from bot.answering.time.moments import dated
from bot.domain.claims import CheckRequest
from bot.domain.models import Citation, OverviewKind, Question, Turn
from bot.domain.overviews import OverviewRequest
from bot.serving.service import AnswerService
from bot.terminal.answers import full_view
from bot.terminal.checks import check_view
from bot.terminal.help import help_view
from bot.terminal.inspection import context_view, index_view, sources_view, why_view
from bot.terminal.layout import inert, show
from bot.terminal.overviews import overview_view
from bot.terminal.rebuilds import Rebuild
from bot.terminal.replay import read_receipt, replay, replayed_view
from bot.wording.overviews import asked_in_words, date_in_words
from index.errors import ExpectedError
from index.generations.live import LiveIndex
from prompts import text

if TYPE_CHECKING:
    from bot.store import StorePlace

_REMEMBERED = 6  # turns passed as history with a question


class CommandError(ExpectedError):
    """Unknown command of the REPL, or one that cannot do what it is asked."""


class LeaveError(Exception):
    """Request of the user to leave the REPL."""


@dataclass(slots=True)
class Conversation:
    """State of the REPL that its commands work on."""

    service: AnswerService
    live: LiveIndex
    store: "StorePlace"  # the Discord bot's
    rebuild: Rebuild
    out: Console
    waits: bool  # a rebuild ends before the next line is read, as scripts expect
    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    receipt: Receipt | None = None
    as_of: str = ""  # date of all questions and overviews; empty for now

    def show(self, view: RenderableType) -> None:
        """Print the view and an empty line after it."""
        show(self.out, view)
        self.out.print()

    @property
    def cited(self) -> tuple[Citation, ...]:
        """Citations that [1], [2], ... of the last answer refer to."""
        if self.receipt is None:
            return ()
        return self.receipt.answer.citations or self.receipt.answer.closest


async def _sources(talk: Conversation, argument: str) -> None:
    talk.show(sources_view(talk.live.current.generation.texts, argument))


async def _as_of(talk: Conversation, argument: str) -> None:
    """Set the date of the next questions and overviews, or show it."""
    if argument.lower() == "off":
        talk.as_of = ""
    elif argument:
        talk.as_of = dated(Question(question="", as_of=argument)).as_of
    if talk.as_of:
        talk.show(Text(text("repl.as_of_set", day=date_in_words(talk.as_of))))
    else:
        talk.show(Text(text("repl.as_of_now")))


async def _context(talk: Conversation, argument: str) -> None:
    if talk.receipt is None:
        raise CommandError(text("repl.no_answer_for_context"))
    if not talk.cited:
        raise CommandError(text("repl.nothing_cited"))
    number = argument.strip("[]") or "1"
    for citation in talk.cited:
        if str(citation.number) == number:
            talk.show(context_view(talk.receipt.generation, talk.receipt.answer, citation))
            return
    last = len(talk.cited)
    there = text("repl.numbers", count=last) if last > 1 else "[1]"
    raise CommandError(text("repl.no_such_number", number=inert(number), there=there))


async def _check(talk: Conversation, argument: str) -> None:
    if not argument:
        raise CommandError(text("repl.check_what"))
    talk.show(check_view(await talk.service.check(CheckRequest(text=argument))))


async def _why(talk: Conversation, argument: str) -> None:
    if talk.receipt is None:
        raise CommandError(text("repl.no_answer_for_why"))
    talk.show(why_view(talk.receipt))


async def _replay(talk: Conversation, argument: str) -> None:
    if not argument:
        raise CommandError(text("repl.replay_what"))
    kept = await read_receipt(talk.store, argument)
    talk.receipt = await replay(talk.service, kept)
    talk.show(replayed_view(kept, talk.receipt))


async def _latest(talk: Conversation, argument: str) -> None:
    request = overview_request(OverviewKind.LATEST, since=argument, as_of=talk.as_of)
    await _show_overview(talk, request)


async def _timeline(talk: Conversation, argument: str) -> None:
    request = overview_request(OverviewKind.TIMELINE, topic=argument, as_of=talk.as_of)
    await _show_overview(talk, request)


async def _show_overview(talk: Conversation, request: OverviewRequest) -> None:
    asked = request.model_copy(update={"question": asked_in_words(request)})
    talk.receipt = await talk.service.overview(asked)
    talk.show(overview_view(talk.receipt.answer))


async def _rebuild(talk: Conversation, argument: str) -> None:
    talk.rebuild.begin()
    if talk.waits:
        await talk.rebuild.finished()


async def _index(talk: Conversation, argument: str) -> None:
    talk.show(index_view(talk.live.current.generation.manifest, talk.rebuild.state))


async def _more(talk: Conversation, argument: str) -> None:
    if talk.receipt is None:
        raise CommandError(text("repl.no_answer_for_more"))
    talk.show(full_view(talk.receipt.answer))


async def _help(talk: Conversation, argument: str) -> None:
    talk.show(help_view())


async def _quit(talk: Conversation, argument: str) -> None:
    raise LeaveError


# prompts/repl.toml describes each command under the same name.
COMMANDS: dict[str, Callable[[Conversation, str], Awaitable[None]]] = {
    ":as-of": _as_of,
    ":check": _check,
    ":context": _context,
    ":help": _help,
    ":index": _index,
    ":latest": _latest,
    ":more": _more,
    ":quit": _quit,
    ":rebuild": _rebuild,
    ":replay": _replay,
    ":sources": _sources,
    ":timeline": _timeline,
    ":why": _why,
}


async def run_command(talk: Conversation, line: str) -> None:
    """Run a line of the form ":name argument".

    Raises CommandError for an unknown command, naming the nearest one, and LeaveError for
    `:quit`."""
    name, _, argument = line.strip().partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        raise CommandError(text("repl.unknown_command", command=inert(name), meant=_nearest(name)))
    await command(talk, argument.strip())


def _nearest(name: str) -> str:
    """Return the command that was probably meant; `:help` if none is near. The colon is left out:
    it would make every two commands alike."""
    typed, known = name.lower()[1:], [each[1:] for each in COMMANDS]
    begun = [each for each in known if typed and each.startswith(typed)]
    alike = difflib.get_close_matches(typed, known, n=1, cutoff=0.5)
    return f":{(begun + alike + ['help'])[0]}"


class CommandCompleter(Completer):
    """Completer for commands and for the citation numbers or article ids that they take."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        typed = document.text_before_cursor
        name, space, argument = typed.partition(" ")
        for candidate, meaning in self._candidates(name, bool(space)):
            wanted = argument if space else name
            if candidate.startswith(wanted):
                yield Completion(candidate, -len(wanted), display_meta=inert(meaning))

    def _candidates(self, name: str, complete: bool) -> Iterable[tuple[str, str]]:
        if not complete and name.startswith(":"):
            return [(known, text(f"repl.{known[1:]}")) for known in COMMANDS]
        if name == ":context":
            return [(str(citation.number), citation.quote) for citation in self._talk.cited]
        if name == ":sources":
            articles = self._talk.live.current.generation.texts.articles
            return [(a.id, a.title) for a in articles if a.holds and a.id.isprintable()]
        return []
