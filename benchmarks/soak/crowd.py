"""Simulated users who ask by every kind of command and message, and the replies that they get."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.discord.hostile import PIECES
from tests.discord.notices import without_notices
from tests.fake_discord import Channel, FakeDiscord, Invocation, Message, User

MENU = "Ask the articles about this"
_COMMANDS = ("/ask", "/ask in private", "/ask in direct messages", "menu")
_MESSAGES = ("mention", "direct message", "reply")


@dataclass(slots=True, eq=False)
class Asked:
    """Question or click, sent by a command or by a message; `way` says which."""

    way: str
    user: User
    invocation: Invocation | None = None
    replies: list[Message] = field(default_factory=list)

    @property
    def answers(self) -> list[Message]:
        """All replies, without notices."""
        shown = self.replies if self.invocation is None else self.invocation.answers
        return without_notices(shown)

    @property
    def acknowledged(self) -> bool:
        return self.invocation is None or self.invocation.ack is not None

    @property
    def settled(self) -> bool:
        return bool(self.answers)


class Crowd:
    """Users in eight servers with two channels each. `strays` are messages of the bot that answer
    no open question."""

    def __init__(self, fake: FakeDiscord, random: Random, questions: list[str]) -> None:
        self._fake, self._random, self._questions = fake, random, questions
        guilds = [fake.guild(f"Server{number}") for number in range(8)]
        self._channels = [guild.general for guild in guilds]
        self._channels += [fake.channel(guild, "second") for guild in guilds]
        self._users = [fake.user(f"Asker{number}") for number in range(300)]
        self._open: dict[int, Asked] = {}  # by the id of the asking message
        self._answers: list[Message] = []  # the latest in channels, for replies and clicks
        self.strays: list[Message] = []
        self.ways: Counter[str] = Counter()
        self._post = fake.world.post
        fake.world.post = self._posted  # type: ignore[method-assign]

    async def ask(self, *, commands: bool) -> Asked:
        """Ask a question by a random command or message. Without `commands` ask by messages only:
        Discord fails commands that it cannot deliver."""
        way = self._random.choice(_COMMANDS + _MESSAGES if commands else _MESSAGES)
        user, channel = self._random.choice(self._users), self._random.choice(self._channels)
        self.ways[way] += 1
        if way in _COMMANDS:
            return Asked(way, user, await self._command(way, user, channel, self._question(user)))
        return await self._message(way, user, channel)

    async def ask_by_command(self) -> Asked:
        user, channel = self._random.choice(self._users), self._random.choice(self._channels)
        options = {"question": self._question(user)}
        return Asked("/ask", user, await self._fake.slash(user, "ask", options, channel=channel))

    async def click(self) -> Asked | None:
        """Click a random button under an earlier answer as a random user. Return None if there is
        no answer yet."""
        if not self._answers:
            return None
        answer, user = self._random.choice(self._answers), self._random.choice(self._users)
        names = [each["custom_id"] for each in answer.buttons]
        names = [name for name in names if name.startswith(("cite", "more", "vote"))]
        self.ways["button"] += 1
        clicked = await self._fake.click(answer, self._random.choice(names), user)
        return Asked("button", user, clicked)

    def keep(self, answer: Message) -> None:
        """Keep a public answer for later replies and clicks."""
        if answer.seen_by is None and answer.channel.guild is not None and answer.buttons:
            self._answers = [*self._answers[-99:], answer]

    def leave(self, asked: Asked) -> None:
        """Stop tracking a question: any later answer to it is a stray."""
        for message_id in [id_ for id_, each in self._open.items() if each is asked]:
            del self._open[message_id]

    async def _command(self, way: str, user: User, channel: Channel, text: str) -> Invocation:
        if way == "menu":
            about = await self._fake.say(user, channel, text)
            return await self._fake.context_menu(user, MENU, about)
        options: dict[str, object] = {"question": text}
        if way == "/ask in private":
            options["private"] = True
        if way == "/ask in direct messages":
            channel = self._fake.dm(user)
        return await self._fake.slash(user, "ask", options, channel=channel)

    async def _message(self, way: str, user: User, channel: Channel) -> Asked:
        text, known = self._question(user), self._answers
        if way == "direct message":
            said = await self._fake.say(user, self._fake.dm(user), text)
        elif way == "reply" and known and (answer := self._random.choice(known)):
            said = await self._fake.say(user, answer.channel, text, reply_to=answer)
        else:
            said = await self._fake.say(user, channel, text, mention_bot=True)
        asked = self._open[said.id] = Asked(way, user)
        return asked

    def _question(self, user: User) -> str:
        """Return a question that has an answer, often with extra text before or after it."""
        text, chance = self._random.choice(self._questions), self._random.random()
        if chance < 0.5:
            return f"{text} ({self._random.randrange(10**6)})"
        if chance < 0.7:
            odd = "".join(self._random.choices(PIECES, k=5)).encode("utf-8", "replace").decode()
            return f"{odd} {text} @everyone <@{user.id}>"
        return text

    def _posted(self, message: Message) -> Message:
        if message.author is self._fake.world.bot and message.interaction is None:
            to = message.referenced.id if message.referenced else 0
            if to in self._open:
                self._open[to].replies.append(message)
            else:
                self.strays.append(message)
        return self._post(message)
