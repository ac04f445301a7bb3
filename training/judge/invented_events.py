"""Claims about invented events that happened, may happen, or did not happen.

"A takeover is only a possibility" has the words of the claim "A has taken over B" and does not
support it. Each event is a noun phrase in one of three moods, and a claim that it happened.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from bot.answering.judge.inputs import Task
from training.judge.examples import RIGHT, WRONG, Example
from training.judge.invented_facts import Told, World, sentence_of, text_of

SOURCE = "events"


class Event(NamedTuple):
    """An event as a noun phrase, and as claims that it happened."""

    noun: str
    claims: tuple[str, ...]


# {s} and {o} are companies, {v} is a person, {p} a place.
_EVENTS = (
    Event("an investment by {s} in {o}", ("{s} invested in {o}.", "{o} got money from {s}.")),
    Event("a takeover of {o} by {s}", ("{s} bought {o}.", "{s} has taken over {o}.")),
    Event("a lawsuit by {s} against {o}", ("{s} sued {o}.", "{s} took {o} to court.")),
    Event("a loan from {s} to {o}", ("{s} lent money to {o}.", "{o} borrowed from {s}.")),
    Event("a partnership of {s} and {o}", ("{s} and {o} are partners.",)),
    Event("a merger of {s} and {o}", ("{s} and {o} merged.", "{s} has merged with {o}.")),
    Event("a collapse of the deal", ("The deal has collapsed.", "The deal fell apart.")),
    Event("an end of the talks", ("The talks have ended.", "The talks are over.")),
    Event("a breakup of {s}", ("{s} was broken up.",)),
    Event("a bankruptcy of {s}", ("{s} is bankrupt.", "{s} went bankrupt.")),
    Event("a resignation of {v}", ("{v} has resigned.", "{v} resigned from {s}.")),
    Event("layoffs at {s}", ("{s} laid off people.", "{s} has cut jobs.")),
    Event("a strike at {s}", ("Workers of {s} went on strike.", "{s} was hit by a strike.")),
    Event("a plant of {s} in {p}", ("{s} built a plant in {p}.", "{s} has a plant in {p}.")),
    Event("a delay of the {p} plant", ("The {p} plant is delayed.",)),
    Event("an approval of the deal", ("The deal was approved.", "Regulators approved the deal.")),
    Event("a ban of the deal", ("The deal was banned.", "Regulators have banned the deal.")),
    Event("higher prices at {s}", ("{s} raised its prices.", "Prices at {s} went up.")),
)
_HAPPENED = (
    "{n} took place last week", "{n} was completed in May", "{n} became a fact on Monday",
    "{n} came on Tuesday", "{n} followed within days", "{n} has happened, the company said",
)  # fmt: skip
_MAY_HAPPEN = (
    "{n} is only a possibility", "{n} is described as a possibility, not as a fact",
    "{n} is being discussed", "{n} cannot be ruled out", "analysts expect {n} next year",
    "{n} would take months", "{n} has not been decided", "the board is considering {n}",
    "{n} may come in spring", "observers fear {n}", "rumours of {n} made the rounds",
    "{n} remains possible", "nobody knows whether there will be {n}", "{n} is one of the options",
    "{n} is not out of the question", "{v} warned of {n}", "it could come to {n}",
)  # fmt: skip
_NOT_HAPPENED = (
    "{n} did not happen", "{n} was ruled out by all sides", "{n} is off the table",
    "there was no truth in reports of {n}", "{n} has been avoided", "{n} was prevented",
    "{v} ruled out {n}",
)  # fmt: skip
_MOODS = (_HAPPENED, _MAY_HAPPEN, _NOT_HAPPENED)
_SHARES = (0.3, 0.5, 0.2)


def claims(seed: str, count: int) -> Iterator[Example]:
    """Windows with a claim about an event, `count` of them."""
    chance = random.Random(f"{seed}-{SOURCE}")
    while count > 0:
        world = World(chance)
        others = text_of(world, chance)
        for _ in range(min(count, 8)):
            yield _claim(world, others, chance)
            count -= 1


def _claim(world: World, others: list[Told], chance: random.Random) -> Example:
    event, mood = chance.choice(_EVENTS), chance.choices(_MOODS, _SHARES)[0]
    s, o = chance.sample(world.companies, 2)
    v = next(fact.v for fact in world.facts if fact.kind == "chief" and fact.s == s)
    p = next(fact.o for fact in world.facts if fact.kind == "plant cost")
    slots = {"s": s, "o": o, "v": v, "p": p}
    told = chance.choice(mood).format(n=event.noun, v=v).format(**slots)
    sentence = sentence_of(told)
    start = chance.randrange(len(others))
    around = [each.text for each in others[start : start + chance.choice((0, 1, 2))]]
    place = chance.randint(0, len(around))
    labels = [WRONG] * (len(around) + 1)
    labels[place] = RIGHT
    none = (WRONG,) * len(labels)
    return Example(
        f"{SOURCE}-claim",
        Task.CLAIM,
        chance.choice(event.claims).format(**slots),
        "",
        (*around[:place], sentence, *around[place:]),
        tuple(labels) if mood is _HAPPENED else none,
        tuple(labels) if mood is _NOT_HAPPENED else none,
    )
