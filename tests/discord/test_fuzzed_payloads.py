"""Fuzzed questions and articles: Discord accepts everything that the bot sends, and no user is
pinged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
import pytest
import yaml
from discord.http import handle_message_parameters
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from bot.discord.answer_view import answer_view
from bot.discord.client import DealbotClient
from bot.discord.rendering.answers import answer_pages
from bot.discord.rendering.evidence import (
    SentenceInContext,
    more_evidence_pages,
    sentence_in_context,
)
from bot.discord.rendering.notices import refusal_text
from bot.discord.rendering.sources import ListedArticle, article_pages, sources_pages
from bot.domain.models import (
    Answer,
    Citation,
    Mode,
    Place,
    Question,
    Role,
    ShortAnswer,
    Status,
    Trouble,
    Writing,
    WrittenSentence,
)
from bot.store.receipts import StoredReceipt
from bot.store.signatures import Signer
from index.encoder.encoder import Encoder
from index.errors import SourceError
from tests.discord.conftest import OpenRuntime, ask, connected, indexed, receipt_id
from tests.discord.hostile import FLOODS, hostile
from tests.fake_discord import FakeDiscord, Guild, Message, User, pointed
from tests.fake_discord.messages import Named, named_in
from tests.fake_discord.posts import create
from tests.fake_discord.world import World

# Texts that would ping everyone, or one user, role or channel by id.
_PINGS = ("@everyone", "@here", "<@{user}>", "<@!{user}>", "<@&{role}>", "<#{channel}>")
_PLAIN = ("Who ordered boats? ", "The harbour bridge costs $12.5 million. ", "Tarn ", "ferry ")
_long = st.sampled_from(FLOODS).map(lambda flood: flood[:1500])
_text = st.lists(st.sampled_from((*_PLAIN, *_PINGS)) | hostile, max_size=12).map("".join)
_question = (_text | _long).map(lambda text: text[:900])
_ID = "abcdefghijkl"
_address = st.sampled_from(("", "https://gazette.example/bridge", "javascript:alert(1)")) | hostile


# --- rendering alone: many examples


def _sent(
    world: World,
    *,
    embeds: Sequence[discord.Embed] = (),
    view: discord.ui.View | None = None,
    content: str | None = None,
) -> None:
    """Build the payload with discord.py's own code and pass it to the fake's own checks, which
    raise or record a ping."""
    with handle_message_parameters(
        content=content,
        embeds=embeds,
        view=view or discord.utils.MISSING,
        allowed_mentions=discord.AllowedMentions.none(),
        previous_allowed_mentions=discord.AllowedMentions.none(),
    ) as parameters:
        assert parameters.payload is not None
        create(world, next(iter(world.channels.values())), parameters.payload)
    assert not world.violations


@st.composite
def _citations(draw: st.DrawFn) -> tuple[Citation, ...]:
    made = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        sentence = draw(_text | _long) or "x"
        place: dict[str, Any] = {"article_id": draw(hostile), "title": draw(_text)}
        place |= {"source": draw(hostile)}
        place |= {"published": draw(hostile), "url": draw(_address), "start": 0}
        place["end"] = len(sentence)
        copies = (Place.model_validate(place),) * draw(st.integers(0, 4))
        role, score = draw(st.sampled_from(Role)), draw(st.floats(-10, 10))
        scored = {"number": number, "quote": sentence, "role": role, "score": score}
        made.append(Citation.model_validate(place | scored | {"also_in": copies}))
    return tuple(made)


@st.composite
def _written(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields that a model may have added to an answer."""
    sentences = st.builds(WrittenSentence, text=_text | _long, citations=st.just((1, 2)))
    written = tuple(draw(st.lists(sentences, max_size=4)))
    trouble = draw(st.none() | st.sampled_from(Trouble))
    writing = Writing(model=draw(hostile), sentences=4, verified=len(written), trouble=trouble)
    mode = Mode.LLM if written else Mode.EXTRACTIVE
    return {"mode": mode, "written": written, "writing": draw(st.sampled_from((None, writing)))}


@st.composite
def _answers(draw: st.DrawFn) -> Answer:
    citations, asked = draw(_citations()), draw(_question) or "x"
    answered = draw(st.booleans())
    quote = citations[0].quote
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(quote))] * 2)))
    short = ShortAnswer(citation=1, start=start, end=end, text=quote[start:end])
    return Answer(
        id=_ID,
        question=asked,
        understood_as=draw(st.sampled_from((asked, f"{asked} {asked}", ""))),
        status=Status.ANSWERED if answered else Status.ABSTAINED,
        **draw(_written()),
        text=draw(_text),
        citations=citations if answered else (),
        closest=() if answered else citations,
        confidence=draw(st.floats(0, 1)),
        generation=draw(hostile),
        elapsed_ms=1.0,
        short_answer=short if answered and end > start else None,
        error=draw(st.sampled_from((None, None, None, quote))),
    )


@pytest.fixture(scope="module")
def world() -> World:
    fake = FakeDiscord()  # never started: only its rules are used
    fake.guild()
    return fake.world


@settings(max_examples=150, deadline=None)
@given(_answers())
def test_every_page_of_an_answer_is_taken(world: World, answer: Answer) -> None:
    kept = StoredReceipt(
        id=_ID,
        created=datetime.now(UTC),
        asker="x",
        guild=1,
        channel=1,
        question=Question(question=answer.question),
        answer=answer,
        private=False,
    )
    pages = answer_pages(answer)
    for number, page in enumerate(pages):
        view = asyncio.run(_view(kept, number, len(pages)))
        _sent(world, embeds=[page], view=view)


async def _view(kept: StoredReceipt, page: int, pages: int) -> discord.ui.View | None:
    return answer_view(Signer(b"key"), kept, page, pages)


@settings(max_examples=100, deadline=None)
@given(_citations(), _text | _long, _address)
def test_every_list_is_taken(
    world: World, citations: tuple[Citation, ...], text: str, url: str
) -> None:
    cited = citations[0]
    around = SentenceInContext(
        1, cited.title, cited.source, cited.published, url, text, cited.quote, text
    )
    article = ListedArticle(text, cited.title, cited.source, cited.published, url, 3)
    for pages in (
        sentence_in_context(around),
        more_evidence_pages(citations),
        sources_pages([article] * 25),
        article_pages(article, [c.quote for c in citations]),
    ):
        for page in pages:
            _sent(world, embeds=[page])


@given(_text | _long)
def test_a_refusal_is_taken_and_names_nobody(world: World, text: str) -> None:
    """A refusal is plain message content, where a mention would ping if allowed."""
    refusal = refusal_text(text)
    _sent(world, content=refusal)
    assert named_in(refusal) == Named(frozenset(), frozenset(), everyone=False)


# --- through sockets: few examples

_through_sockets = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # shared on purpose
    phases=[Phase.reuse, Phase.generate],  # shrinking takes minutes here
)


def _aimed(text: str, guild: Guild, user: User) -> str:
    """Fill in real ids, so that the mentions could ping."""
    reached = {"user": user.id, "role": guild.roles[0].id, "channel": guild.general.id}
    for name, id_ in reached.items():
        text = text.replace(f"{{{name}}}", str(id_))
    return _whole(text)


def _whole(text: str) -> str:
    """Replace lone surrogates, which neither Discord nor an article can contain."""
    return text.encode("utf-8", "replace").decode()


async def _ask_every_way(fake: FakeDiscord, guild: Guild, question: str) -> list[Message]:
    """Ask by command, mention, direct message and context menu. Return what each shows: an answer
    or a refusal."""
    user = fake.user()
    said = await fake.say(user, guild.general, question)
    asked = [await fake.context_menu(user, "Ask the articles about this", said)]
    if question:
        asked.append(await fake.slash(user, "ask", {"question": question}, channel=guild.general))
    answers = [await each.final() for each in asked]
    await fake.say(user, guild.general, question, mention_bot=True)
    answers.append(await fake.next_message(guild.general))
    await fake.say(user, fake.dm(user), question)
    if question.strip():
        answers.append(await fake.next_message(fake.dm(user)))
    return answers


async def _press_all(fake: FakeDiscord, answer: Message) -> None:
    """Press every button of the answer, the deleting one last, and turn all pages that they
    show."""
    names = [each["custom_id"] for each in answer.buttons]
    for name in sorted(names, key=lambda name: name.startswith("drop")):
        clicked = await fake.click(answer, name, fake.user())
        await clicked.acknowledged()
        shown = await clicked.final() if not name.startswith("drop") else None
        if shown is not None and shown is not answer and name.startswith("more"):
            await _turn(fake, clicked.user, shown)


async def _turn(fake: FakeDiscord, user: User, shown: Message) -> None:
    while forward := [each for each in shown.buttons if each.get("label") == "Next ▶"]:
        turned = await fake.click(shown, forward[0]["custom_id"], user)
        shown = await turned.final()


@asynccontextmanager
async def _bot_over(
    articles: dict[str, str], opened_runtime: OpenRuntime, encoder: Encoder
) -> AsyncIterator[FakeDiscord]:
    with TemporaryDirectory() as folder:
        try:
            index = indexed(articles, Path(folder), encoder)
        except SourceError:  # the reader refuses the article, so the bot sends no payload
            reject()
        store = Path(folder) / "dealbot.sqlite"
        async with FakeDiscord() as fake, opened_runtime(index=index, store=store) as runtime:
            with pointed(fake.url):
                async with connected(runtime, fake):
                    yield fake
        assert not fake.violations, "\n".join(map(str, fake.violations))


@settings(parent=_through_sockets, max_examples=25)
@given(question=_question)
async def test_questions_through_the_bot(
    unlimited: DealbotClient, fake: FakeDiscord, question: str
) -> None:
    guild = next(iter(fake.world.guilds.values()), None) or fake.guild()
    question = _aimed(question, guild, fake.user("Bystander"))
    for answer in await _ask_every_way(fake, guild, question):
        assert answer.text
        assert not answer.pings
    fake.tidy(50)
    assert not fake.violations


@pytest.fixture
async def unlimited(opened_runtime: OpenRuntime, fake: FakeDiscord) -> AsyncIterator[DealbotClient]:
    windows = ("per_user", "per_channel", "per_server", "overall")
    limits = {f"limit_{window}": "100000/second" for window in windows}
    async with opened_runtime(**limits) as runtime, connected(runtime, fake) as client:
        yield client


@st.composite
def _articles(draw: st.DrawFn) -> dict[str, str]:
    made = {}
    for number in range(draw(st.integers(1, 3))):
        fields = {"title": _whole(draw(_text)), "source": _whole(draw(hostile))}
        # Readers refuse other addresses.
        fields["url"] = f"https://gazette.example/{_whole(draw(hostile))}"
        front = yaml.safe_dump(fields, allow_unicode=True)
        body = _whole(draw(_text | _long)).replace("\0", "")  # NUL would make the file binary
        made[f"{number}.md"] = f"---\n{front}---\nThe ferry of Tarn costs $7.5 million. {body}\n"
    return made


@settings(parent=_through_sockets, max_examples=5)
@given(articles=_articles())
async def test_articles_through_the_bot(
    opened_runtime: OpenRuntime, encoder: Encoder, articles: dict[str, str]
) -> None:
    async with _bot_over(articles, opened_runtime, encoder) as fake:
        guild, ann = fake.guild(), fake.user("Ann")
        answer = await ask(fake, ann, guild.general, "How much does the ferry of Tarn cost?")
        assert "$7.5 million" in answer.text
        why = {"receipt": receipt_id(answer)}
        for command, options in (("sources", {}), ("why", why)):
            listed = await fake.slash(ann, command, options, channel=guild.general)
            await _turn(fake, ann, await listed.final())
        await _press_all(fake, answer)
