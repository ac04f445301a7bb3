"""The REPL: questions at a prompt or from a pipe, answered by one answer service."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.patch_stdout import patch_stdout
from rich.text import Text

from bot.config.settings import Settings
from bot.domain.models import Question, Turn
from bot.serving.service import AnswerService
from bot.terminal.answers import MORE_IN_REPL, answer_view
from bot.terminal.drafts import growing
from bot.terminal.failures import error_text
from bot.terminal.history import open_history
from bot.terminal.interrupts import InterruptedByUserError, Interrupts
from bot.terminal.layout import FAINT, TROUBLE, console, inert
from bot.terminal.rebuilds import Rebuild
from bot.terminal.repl_commands import CommandCompleter, Conversation, LeaveError, run_command
from bot.wording.answers import answer_text
from bot.wording.measures import counted
from index.generations.live import LiveIndex
from prompts import text


async def run_repl(service: AnswerService, live: LiveIndex, settings: Settings) -> None:
    """Run the REPL until the user leaves or the input ends."""
    repl = _Repl(service, live, settings, at_prompt=sys.stdin.isatty() and sys.stdout.isatty())
    async with repl.rebuild:
        with suppress(LeaveError):
            await repl.talk()


@contextmanager
def _log_above_prompt() -> Iterator[None]:
    """Redirect log lines from standard error so that they appear above the prompt's input line."""
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__
    ]
    for handler in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(sys.__stderr__)


class _Repl:
    def __init__(
        self, service: AnswerService, live: LiveIndex, settings: Settings, *, at_prompt: bool
    ) -> None:
        self._service, self._live, self._settings = service, live, settings
        self._at_prompt = at_prompt
        self._prompt: PromptSession[str] | None = None
        self.rebuild = Rebuild(live, settings, self._tell, self._redraw)
        # Answers go straight to standard output, since no prompt is shown then: patch_stdout would
        # add a fifth of a second.
        out = console(file=sys.stdout)
        self._talk = Conversation(
            service, live, settings.store_place, self.rebuild, out, waits=not at_prompt
        )

    async def talk(self) -> None:
        if self._at_prompt:
            # raw: our colours pass through; `inert` has removed all other escape sequences.
            with patch_stdout(raw=True), _log_above_prompt(), Interrupts() as interrupts:
                await self._prompt_on(interrupts)
        else:
            await self._read_lines()

    async def _prompt_on(self, interrupts: Interrupts) -> None:
        manifest = self._live.current.generation.manifest
        articles = counted(manifest.articles, "article")
        self._tell(text("repl.hello", articles=articles, generation=manifest.id))
        prompt = self._prompt = self._make_prompt()
        while True:
            try:
                line = await prompt.prompt_async("> ", handle_sigint=False)
                await interrupts.guard(self._take(line))
            except KeyboardInterrupt:  # Ctrl-C at the prompt
                continue
            except InterruptedByUserError:
                self._tell(text("repl.stopped"))
            except EOFError:
                return

    def _make_prompt(self) -> PromptSession[str]:
        prompt: PromptSession[str] = PromptSession(
            history=open_history(self._settings.history, self._tell),
            completer=CommandCompleter(self._talk),
            complete_while_typing=Condition(lambda: prompt.default_buffer.text.startswith(":")),
            reserve_space_for_menu=7,
            rprompt=self._rebuild_state,
            enable_suspend=True,
        )
        return prompt

    def _rebuild_state(self) -> str:
        """Return the state of a rebuild; empty once the prompt is done, so it is not left
        behind."""
        return "" if get_app().is_done else self.rebuild.state

    async def _read_lines(self) -> None:
        # `readline` blocks the event loop, so asyncio's own handler, which asks the loop to stop,
        # would need a second Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        while line := sys.stdin.buffer.readline():
            await self._take(line.decode("utf-8", "replace"))

    async def _take(self, line: str) -> None:
        """Run the line's command or answer its question; print any error and go on."""
        try:
            if line.strip().lower() in {"quit", "exit"}:
                raise LeaveError
            if line.lstrip().startswith(":"):
                await run_command(self._talk, line)
            elif line.strip():
                await self._answer(line.strip())
        except LeaveError:
            raise
        except Exception as error:  # only surfaces and batches catch every exception
            self._tell(error_text(error), TROUBLE)

    async def _answer(self, question: str) -> None:
        talk = self._talk
        asked = Question(question=question, history=tuple(talk.turns), as_of=talk.as_of)
        with growing(talk.out) as on_draft:
            receipt = await self._service.answer(asked, on_draft=on_draft)
        talk.receipt = receipt
        talk.turns.append(Turn(question=question, answer=answer_text(receipt.answer)))
        talk.show(answer_view(receipt.answer, MORE_IN_REPL))

    def _tell(self, line: str, style: str = FAINT) -> None:
        """Print one line above the prompt, or on standard error if there is none. Thread-safe."""
        if self._at_prompt:
            console().print(Text(inert(line), style))
        else:
            console(stderr=True).print(Text(inert(line)), soft_wrap=True)

    def _redraw(self) -> None:
        if self._prompt:
            self._prompt.app.invalidate()
