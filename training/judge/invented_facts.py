"""Invented facts about invented companies, stated and asked in many ways.

Each world has companies with chiefs, deals, plants and figures. Its text states some of the facts,
often two in a sentence, so that names and numbers of one fact stand beside those of another. The
labels are exact, because the facts of each sentence are known: who did what to whom, whose chief
executive a person is, which number counts people and which one money.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.judge.inputs import Task
from training.judge.examples import RIGHT, UNKNOWN, WRONG, Example, SpanInSentence
from training.judge.typing_noise import sometimes_typed

SOURCE = "facts"
_SIZES = (2, 3, 4, 5, 6)  # sentences of a window


@dataclass(frozen=True)
class Relation:
    """Templates of sentences and questions. {s} acts or owns, {o} is the other party, {v} the
    value. `asks` has questions by the slot that answers them, `symmetric` relations stay true when
    {s} and {o} change places."""

    told: tuple[str, ...]
    asks: Mapping[str, tuple[str, ...]]
    symmetric: bool = False


_MONEY_ASKED = {
    "s": (
        "Who invested in {o}?", "who backed {o}", "who put money into {o}",
        "which investor is behind {o}", "{o} investor",
    ),
    "o": (
        "Which company did {s} invest in?", "which business did {s} back", "{s} invested in whom",
        "who got an investment from {s}",
    ),
    "v": (
        "How much did {s} invest in {o}?", "how much did {o} raise from {s}",
        "{s} {o} investment amount",
        "how much cash did {s} put into {o}", "What was the size of {s}'s investment in {o}?",
    ),
}  # fmt: skip
RELATIONS: dict[str, Relation] = {
    "invested": Relation(
        (
            "{s} invested {v} in {o}", "{s} has put {v} into {o}", "{o} received {v} from {s}",
            "{o} raised {v} from {s}", "{s} backed {o} with {v}",
            "{v} of new capital for {o} came from {s}",
            "the investment of {s} in {o} amounts to {v}",
            "the investment that {o} received from {s} amounts to {v}",
            "{s}'s {v} investment in {o} is now public",
        ),
        _MONEY_ASKED,
    ),
    "bought": Relation(
        (
            "{s} bought {o} for {v}", "{s} acquired {o} in a deal worth {v}",
            "{s} paid {v} for {o}", "{o} was sold to {s} for {v}",
            "{o} has been taken over by {s} at a price of {v}", "{s} swallowed {o} for {v}",
            "{s}'s takeover of {o} cost {v}", "the {v} purchase of {o} by {s} is complete",
        ),
        {
            "s": (
                "Who bought {o}?", "who owns {o} now", "which company took over {o}",
                "who is the buyer of {o}", "{o} new owner", "who did {o} get sold to",
            ),
            "o": (
                "What did {s} buy?", "which company did {s} take over", "{s} acquisition",
                "whom did {s} acquire",
            ),
            "v": (
                "How much did {s} pay for {o}?", "what did {o} cost {s}", "{o} purchase price",
                "how much was {o} sold for", "what did {s} hand over for {o}",
            ),
        },
    ),
    "sued": Relation(
        (
            "{s} sued {o} for {v}", "{s} has taken {o} to court and wants {v}",
            "{o} is being sued by {s} for {v}", "{s} filed a lawsuit against {o} over {v}",
            "{o} faces a claim of {v} from {s}", "{s} demands {v} in damages from {o}",
            "{s}'s lawsuit against {o} is about {v}",
            "the suit that {s} brought against {o} is for {v}",
        ),
        {
            "s": (
                "Who sued {o}?", "who took {o} to court", "who wants damages from {o}",
                "{o} lawsuit by whom", "who is going after {o}",
            ),
            "o": (
                "Who did {s} sue?", "against whom did {s} file a lawsuit",
                "whom does {s} want damages from", "{s} lawsuit against",
            ),
            "v": (
                "How much does {s} demand from {o}?", "{s} {o} damages how much",
                "how much does {s} want in court from {o}", "What sum did {s} sue {o} for?",
            ),
        },
    ),
    "lent": Relation(
        (
            "{s} lent {o} {v}", "{o} borrowed {v} from {s}", "{s} granted {o} a loan of {v}",
            "{o} owes {s} {v}", "{o} will live on a credit of {v} from {s}",
            "{s}'s loan to {o} amounts to {v}", "the loan that {o} got from {s} comes to {v}",
        ),
        {
            "s": (
                "Who lent money to {o}?", "whose debtor is {o}", "who gave {o} a loan",
                "{o} lender", "where did {o} borrow",
            ),
            "o": ("Who borrowed from {s}?", "who owes {s} money", "whom did {s} give a loan"),
            "v": (
                "How much did {s} lend {o}?", "how big is the loan from {s} to {o}",
                "how much does {o} owe {s}", "{o} debt to {s}",
            ),
        },
    ),
    "owns": Relation(
        (
            "{s} owns {v} of {o}", "{s} holds {v} of the shares of {o}",
            "{v} of {o} belongs to {s}", "{s} has a stake of {v} in {o}",
            "{s} controls {v} of {o}", "{s}'s stake in {o} is {v}",
            "the share of {s} in {o} stands at {v}",
        ),
        {
            "s": ("Who owns a part of {o}?", "{o} shareholder", "who has shares in {o}"),
            "o": ("What does {s} own a part of?", "{s} has shares in which company"),
            "v": (
                "How much of {o} does {s} own?", "how big is the stake of {s} in {o}",
                "{s} share of {o}", "What part of {o} belongs to {s}?",
            ),
        },
    ),
    "supplies": Relation(
        (
            "{s} supplies {o} with {v}", "{o} buys its {v} from {s}",
            "{s} will deliver {v} to {o}", "{s} makes {v} for {o}", "{o} gets all its {v} from {s}",
            "{s}'s {v} go to {o}", "{o} is the largest buyer of the {v} of {s}",
        ),
        {
            "s": (
                "Who supplies {o}?", "where does {o} get its {v} from", "{o} supplier",
                "who makes the {v} that {o} uses",
            ),
            "o": (
                "Who does {s} supply?", "who are the {v} of {s} for", "{s} customer",
                "who buys {v} from {s}",
            ),
            "v": ("What does {s} supply to {o}?", "what does {o} buy from {s}"),
        },
    ),
    "partners": Relation(
        (
            "{s} and {o} signed a partnership worth {v}",
            "{s} agreed on a pact of {v} with {o}", "{s} and {o} will work together for {v}",
            "{s} teamed up with {o} in a {v} alliance",
        ),
        {
            "v": (
                "How much is the partnership of {s} and {o} worth?",
                "how big is the deal between {s} and {o}", "{s} {o} deal value",
                "what is the pact with {o} worth to {s}",
            ),
        },
        symmetric=True,
    ),
    "employs": Relation(
        (
            "{s} employs {v} people", "{s} has {v} employees", "{v} people work for {s}",
            "{s} has a staff of {v}",
        ),
        {
            "v": (
                "How many people work at {s}?", "How many employees does {s} have?",
                "{s} headcount", "how big is the staff of {s}", "how many folks work for {s}",
            ),
        },
    ),
    "cut": Relation(
        (
            "{s} will cut {v} jobs", "{s} laid off {v} people", "{v} people lose their jobs at {s}",
            "{s} is shedding {v} posts",
        ),
        {
            "v": (
                "How many jobs will {s} cut?", "how many people get fired at {s}",
                "{s} layoffs number", "how many workers must leave {s}",
            ),
        },
    ),
    "took in": Relation(
        (
            "{s} took in {v} last year", "{s} reported annual sales of {v}",
            "sales of {s} came to {v} in the past year", "{s} had revenue of {v} last year",
        ),
        {
            "v": (
                "What was the revenue of {s} last year?", "{s} sales", "how much did {s} take in",
                "how much money came in at {s}",
            ),
        },
    ),
    "lost": Relation(
        (
            "{s} lost {v} in the last quarter", "{s} reported a quarterly loss of {v}",
            "the last quarter cost {s} {v}", "{s} was {v} in the red last quarter",
        ),
        {
            "v": (
                "How much did {s} lose last quarter?", "{s} quarterly loss",
                "how deep in the red is {s}", "how big was the loss of {s}",
            ),
        },
    ),
    "is based in": Relation(
        (
            "{s} is based in {v}", "{s} has its headquarters in {v}",
            "{s} moved its head office to {v}",
        ),
        {
            "v": (
                "Where is {s} based?", "where is the head office of {s}", "{s} headquarters",
                "Which city is {s} in?", "where does {s} sit",
            ),
        },
    ),
    "was founded in": Relation(
        ("{s} was founded in {v}", "{s} was set up in {v}", "{s} has existed since {v}"),
        {
            "v": (
                "When was {s} founded?", "since when does {s} exist", "{s} founding year",
                "What year did {s} start?",
            ),
        },
    ),
    "plant cost": Relation(
        (
            "{s} will build a plant in {o} for {v}", "the {s} plant in {o} will cost {v}",
            "{s} is spending {v} on a plant in {o}",
        ),
        {
            "v": (
                "How much will the {o} plant cost?", "price of the {s} plant in {o}",
                "how expensive is the factory in {o}", "what does {s} pay for the plant in {o}",
            ),
            "s": ("Who is building a plant in {o}?", "whose factory is the one in {o}"),
            "o": ("Where will {s} build its plant?", "{s} new factory where"),
        },
    ),
    "plant jobs": Relation(
        (
            "the {s} plant in {o} will employ {v} people",
            "{v} people will work at the {s} factory in {o}",
            "the {o} plant of {s} will create {v} jobs",
        ),
        {
            "v": (
                "How many people will the {o} plant employ?",
                "how many jobs does {s} create in {o}",
                "how many people will work at the factory in {o}", "{o} plant jobs",
            ),
        },
    ),
}  # fmt: skip
# Roles: each row names one. {v} is the person.
_ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "chief": (
        ("chief executive", "CEO", "boss", "chief executive officer"),
        (
            "Who runs {s}?", "who leads {s}", "Who is the CEO of {s}?", "whos in charge of {s}",
            "{s} ceo", "who heads {s}", "Who is {s}'s chief executive?", "who is the boss at {s}",
            "who is at the top of {s}", "name of the guy who runs {s}", "who is running {s} now",
            "Who is the head of {s}?", "Who calls the shots at {s}?",
        ),
    ),
    "finance": (
        ("finance chief", "CFO", "chief financial officer"),
        (
            "Who is the CFO of {s}?", "who looks after the money at {s}", "{s} finance chief",
            "Who is {s}'s chief financial officer?", "who does the books at {s}",
        ),
    ),
    "chair": (
        ("chairman", "chair"),
        (
            "Who chairs {s}?", "{s} chairman", "Who is the chair of {s}?",
            "who heads the board of {s}",
        ),
    ),
    "founder": (
        ("founder",),
        (
            "Who founded {s}?", "{s} founder", "who set up {s}", "who started {s}",
            "whose idea was {s}",
        ),
    ),
    "spokesperson": (
        ("spokesman", "spokeswoman", "spokesperson"),
        ("Who speaks for {s}?", "{s} spokesperson", "Who is the spokesman of {s}?"),
    ),
}  # fmt: skip
_ROLE_SHOWN = (
    "{s} {r} {v}",
    "{s}'s {r}, {v},",
    "{v}, {r} of {s},",
    "{v}, the {r} of {s},",
    "the {r} of {s}, {v},",
    "{v}, who is {r} of {s},",
    "{v}, {s}'s {r},",
)
_SHOWN_BEHIND = (
    "{s}, headed by {r} {v}", "{s}, led by {v}", "{s} under its {r} {v}", "{s}, run by {v}",
)  # fmt: skip
_CHIEF_TOLD = (
    "{v} has run {s} since {y}", "{s} is led by {v}", "{v} took over as {r} of {s} in {y}",
    "{v} leads {s}", "{s} made {v} its {r} in {y}", "{v} is in charge of {s}",
)  # fmt: skip
_ROLE_TOLD = ("{v} is {r} of {s}", "{s} made {v} its {r} in {y}", "{v} became {r} of {s} in {y}")
_FOUNDER_TOLD = ("{v} founded {s}", "{s} was started by {v}", "{v} set up {s} in a garage")
_PERSON_ASKED = (
    "Who is {v}?", "what does {v} do", "whos {v}", "what is {v}'s job", "who is {v} again",
)  # fmt: skip
_PERSON_WHERE = ("Which company does {v} work for?", "where does {v} work", "{v} company")
_SAID = (
    "said", "told reporters", "confirmed", "wrote in a letter", "said on Tuesday", "told investors",
)  # fmt: skip
_SPOKE = (
    "declined to comment", "called it a good day", "was seen at the airport",
    "did not answer a request for comment", "spoke of difficult months ahead",
    "sounded tired on the phone", "is said to be unhappy with the terms",
    "praised the staff", "warned of higher prices", "expects a quiet year",
)  # fmt: skip
_LEADS = (
    "In {month}, ",
    "According to two people who know the plans, ",
    "Last week ",
    "On Monday ",
)
_TAILS = (
    ", the company said", ", according to a filing", ", two people said", " this year",
    ", a spokesperson said", ", which surprised analysts",
)  # fmt: skip
_FILLERS = (
    "Analysts had expected as much.", "The talks lasted three months.",
    "Neither side wanted to say more.", "Shares hardly moved.",
    "The news was first reported by a local paper.", "Unions reacted with caution.",
    "Regulators will take their time.", "It is not the first attempt.",
    "Rivals watch the matter closely.", "Nobody knows how it will end.",
)  # fmt: skip
_JOINTS = (" and ", ", while ", "; ", ", whereas ")

_STARTS = (
    "Al", "Bel", "Cor", "Dal", "El", "Far", "Gal", "Hal", "Im", "Jor", "Kel", "Lum", "Mar", "Nor",
    "Ol", "Pel", "Quin", "Ros", "Sol", "Tar", "Ul", "Ver", "Wes", "Xan", "Yar", "Zel", "Bright",
    "North", "Open", "Deep", "Red", "Stone", "Clear", "Sun", "Iron", "Swift", "Blue", "Grey",
)  # fmt: skip
_ENDS = (
    "ton", "vane", "dis", "mond", "ix", "ora", "wick", "tech", "field", "gate", "mark", "ium",
    "sen", "berg", "line", "works", "path", "bridge", "ward", "well", "loom", "ia", "ex", "on",
)  # fmt: skip
_BEHIND = (
    "", "", "", "", "", " Energy", " Bank", " Partners", " Systems", " AI", " Foods", " Motors",
    " Air", " Capital", " Group", " Media", " Pharma",
)  # fmt: skip
_FIRST = (
    "Anna", "Bruno", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hassan", "Ines", "Jonas", "Keiko",
    "Lars", "Mei", "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Viktor",
    "Wanda", "Xavier", "Yusuf", "Zoe", "Peter", "Mary", "John", "Linda", "Sam", "Karen", "Min-jun",
    "Satoshi", "Amara", "Luca", "Helen", "George", "Ruth", "Tim",
)  # fmt: skip
_LAST = (
    "Abbott", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Hoang", "Ivanov",
    "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Patel", "Quigley", "Rossi",
    "Schmidt", "Tanaka", "Ueda", "Vargas", "Weber", "Xu", "Yilmaz", "Zhang", "Marsh", "Novak",
    "Adeyemi", "Barlow", "Chen", "Doyle", "Engel", "Frost", "Haddad", "Klein", "Lam", "Mbeki",
    "Olsen", "Park", "Reyes", "Singh", "Turner", "Walsh",
)  # fmt: skip
_PLACES = (
    "Graz", "Leeds", "Porto", "Tampere", "Gdańsk", "Austin", "Osaka", "Lyon", "Bergen", "Malmö",
    "Turin", "Cork", "Leipzig", "Fresno", "Hanoi", "Lagos", "Perth", "Salem", "Utrecht", "Zadar",
    "Boise", "Quebec", "Recife", "Nagoya",
)  # fmt: skip
_THINGS = (
    "batteries", "chips", "glass bottles", "engines", "steel", "software", "tyres", "vaccines",
    "turbines", "paper", "screens", "servers", "seats", "sensors", "cables",
)  # fmt: skip
_NO_MONEY = ("owns", "supplies", "is based in", "was founded in")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "October")
_PARTIES = ("invested", "bought", "sued", "lent", "owns", "supplies", "partners")
# Who invested in a company may be said to own a part of it: such sentences teach neither way.
_ALIKE = frozenset(("invested", "bought", "owns"))


@dataclass(frozen=True)
class Fact:
    """One thing that is so: `kind` is a relation or a role."""

    kind: str
    s: str
    o: str
    v: str

    def slot(self, name: str) -> str:
        return {"s": self.s, "o": self.o, "v": self.v}[name]


@dataclass(frozen=True)
class Told:
    """A sentence and the facts that it tells. `leans` says that it needs the one before."""

    text: str
    facts: tuple[Fact, ...]
    leans: bool = False


class World:
    """Companies, people and what is so between them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.companies = _distinct(lambda: _company(chance), chance.randint(3, 5))
        people = _distinct(lambda: f"{chance.choice(_FIRST)} {chance.choice(_LAST)}", 14)
        self._people = iter(people)
        self.facts = [*self._roles(), *self._deals(), *self._figures()]

    def _roles(self) -> Iterator[Fact]:
        for company in self.companies:
            yield Fact("chief", company, "", next(self._people))
            if self._chance.random() < 0.6:
                kind = self._chance.choice(("finance", "chair", "founder", "spokesperson"))
                yield Fact(kind, company, "", next(self._people))

    def _deals(self) -> Iterator[Fact]:
        chance = self._chance
        seen: set[tuple[str, str]] = set()
        for _ in range(chance.randint(5, 9)):
            s, o = chance.sample(self.companies, 2)
            kind = chance.choice(_PARTIES)
            if {(kind, s), (kind, o)} & seen:  # "Whom did s sue?" has one answer
                continue
            seen |= {(kind, s), (kind, o)}
            yield Fact(kind, s, o, self._value(kind))

    def _figures(self) -> Iterator[Fact]:
        kinds = ("employs", "cut", "took in", "lost", "is based in", "was founded in")
        for company in self.companies:
            for kind in self._chance.sample(kinds, 2):
                yield Fact(kind, company, "", self._value(kind))
        place = self._chance.choice(_PLACES)
        company = self._chance.choice(self.companies)
        yield Fact("plant cost", company, place, self._value("lost"))
        yield Fact("plant jobs", company, place, self._value("employs"))

    def _value(self, kind: str) -> str:
        chance = self._chance
        if kind == "owns":
            share = chance.choice((str(chance.randint(2, 95)), f"{chance.randint(2, 60)}.5"))
            return f"{share}{chance.choice((' percent', '%', ' per cent'))}"
        if kind == "supplies":
            return chance.choice(_THINGS)
        if kind in ("employs", "cut"):
            return f"{chance.choice((chance.randint(20, 999), chance.randint(1, 90) * 100)):,}"
        if kind == "is based in":
            return chance.choice(_PLACES)
        if kind == "was founded in":
            return str(chance.randint(1885, 2024))
        return _money(chance)


def windows(seed: str, count: int) -> Iterator[Example]:
    """Windows with questions and claims from `count` worlds."""
    chance = random.Random(f"{seed}-{SOURCE}")
    for _ in range(count):
        world = World(chance)
        sentences = text_of(world, chance)
        yield from _questions(world, sentences, chance)
        yield from _claims(world, sentences, chance)


def text_of(world: World, chance: random.Random) -> list[Told]:
    """Sentences that tell two thirds of the facts."""
    facts = chance.sample(world.facts, max(4, len(world.facts) * 2 // 3))
    roles = [f for f in facts if f.kind in _ROLES]
    others = [f for f in facts if f.kind not in _ROLES]
    sentences: list[Told] = []
    while roles or others:
        if chance.random() < 0.12:
            sentences.append(Told(chance.choice(_FILLERS), ()))
        last = sentences[-1] if sentences else None
        if (
            others
            and last is not None
            and last.facts
            and (leaning := _leaning(last, others[-1], chance))
        ):
            others.pop()
            sentences.append(leaning)
        elif roles and others and chance.random() < 0.6:
            sentences.append(_quoted(roles.pop(), others.pop(), chance))
        elif len(others) > 1 and chance.random() < 0.4:
            sentences.append(_joined(others.pop(), others.pop(), chance))
        elif len(roles) > 1 and chance.random() < 0.5:
            sentences.append(_two_chiefs(roles.pop(), roles.pop(), chance))
        elif roles:
            sentences.append(_of_role(roles.pop(), chance))
        else:
            sentences.append(_plain(others.pop(), chance))
    return sentences


def _clause(fact: Fact, chance: random.Random) -> str:
    return _filled(chance.choice(RELATIONS[fact.kind].told), fact)


def _filled(template: str, fact: Fact) -> str:
    return template.replace("{s}", fact.s).replace("{o}", fact.o).replace("{v}", fact.v)


def _role_shown(fact: Fact, chance: random.Random) -> str:
    role = chance.choice(_ROLES[fact.kind][0])
    return _filled(chance.choice(_ROLE_SHOWN).replace("{r}", role), fact)


def _plain(fact: Fact, chance: random.Random) -> Told:
    text = _clause(fact, chance)
    if chance.random() < 0.3:
        text = chance.choice(_LEADS).replace("{month}", chance.choice(_MONTHS)) + text
    if chance.random() < 0.4:
        text += chance.choice(_TAILS)
    return Told(sentence_of(text), (fact,))


def _joined(one: Fact, other: Fact, chance: random.Random) -> Told:
    text = chance.choice(_JOINTS).join((_clause(one, chance), _clause(other, chance)))
    return Told(sentence_of(text), (one, other))


def _quoted(role: Fact, fact: Fact, chance: random.Random) -> Told:
    who, said = _role_shown(role, chance), chance.choice(_SAID)
    text = f"{who} {said} that {_clause(fact, chance)}"
    if chance.random() < 0.25:
        text = f"{_clause(fact, chance)}, {who.rstrip(',')} {said}"
    return Told(sentence_of(text), (role, fact))


def _two_chiefs(one: Fact, other: Fact, chance: random.Random) -> Told:
    if one.kind == other.kind == "chief" and chance.random() < 0.5:
        return _companies_with_chiefs(one, other, chance)
    second = _role_shown(other, chance).rstrip(",")
    verb = chance.choice(("met", "wrote to", "criticised", "agreed with", "thanked", "waited for"))
    return Told(sentence_of(f"{_role_shown(one, chance)} {verb} {second}"), (one, other))


def _companies_with_chiefs(one: Fact, other: Fact, chance: random.Random) -> Told:
    shown = []
    for fact in (one, other):
        role = chance.choice(_ROLES["chief"][0])
        shown.append(_filled(chance.choice(_SHOWN_BEHIND).replace("{r}", role), fact))
    opens = chance.choice(("The partners are", "The rivals are", "The talks were between"))
    return Told(f"{opens} {shown[0]}, and {shown[1]}.", (one, other))


def _of_role(fact: Fact, chance: random.Random) -> Told:
    if chance.random() < 0.5:
        return Told(sentence_of(f"{_role_shown(fact, chance)} {chance.choice(_SPOKE)}"), (fact,))
    told = {"chief": _CHIEF_TOLD, "founder": _FOUNDER_TOLD}.get(fact.kind, _ROLE_TOLD)
    role = chance.choice(_ROLES[fact.kind][0])
    year = str(chance.randint(1995, 2026))
    template = chance.choice(told).replace("{r}", role).replace("{y}", year)
    return Told(sentence_of(_filled(template, fact)), (fact,))


def _leaning(last: Told, fact: Fact, chance: random.Random) -> Told | None:
    """A sentence that says "the company" where the one before opens with its subject."""
    templates = [t for t in RELATIONS[fact.kind].told if t.startswith("{s} ")]
    if not last.text.startswith(f"{fact.s} ") or " and " in last.text[: len(fact.s) + 5]:
        return None
    if not templates or chance.random() < 0.4:
        return None
    text = _filled(chance.choice(templates), fact)
    name = chance.choice(("The company", "It", "The firm"))
    return Told(sentence_of(name + text.removeprefix(fact.s)), (fact,), leans=True)


def sentence_of(text: str) -> str:
    """Make a clause a sentence."""
    return f"{text[0].upper()}{text[1:].rstrip(',')}."


def _questions(world: World, told: Sequence[Told], chance: random.Random) -> Iterator[Example]:
    """Yield questions for each fact, stated or not, and for the fact with exchanged parties."""
    for fact in world.facts:
        for question, slot in _asked(fact, chance):
            yield _window(sometimes_typed(question, chance), fact, slot, told, chance)
        relation = RELATIONS.get(fact.kind)
        if fact.kind in _PARTIES and relation and not relation.symmetric and chance.random() < 0.7:
            turned = Fact(fact.kind, fact.o, fact.s, fact.v)
            slot = chance.choice(sorted(relation.asks))
            template = chance.choice(relation.asks[slot])
            question = sometimes_typed(_filled(template, turned), chance)
            if turned not in world.facts:
                yield _window(question, turned, slot, told, chance, tempting=fact)


def _asked(fact: Fact, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Questions with the slot that answers them."""
    if fact.kind in _ROLES:
        yield _filled(chance.choice(_ROLES[fact.kind][1]), fact), "v"
        if chance.random() < 0.5:
            yield _filled(chance.choice(_PERSON_ASKED), fact), ""
        if chance.random() < 0.3:
            yield _filled(chance.choice(_PERSON_WHERE), fact), "s"
        return
    asks = RELATIONS[fact.kind].asks
    slots = chance.sample(sorted(asks), min(len(asks), 2))
    for slot in slots:
        yield _filled(chance.choice(asks[slot]), fact), slot


def _window(
    question: str,
    fact: Fact,
    slot: str,
    told: Sequence[Told],
    chance: random.Random,
    *,
    tempting: Fact | None = None,
) -> Example:
    """Around a sentence that tells the fact, else around one that tells something like it."""
    right = [i for i, each in enumerate(told) if fact in each.facts]
    like = [i for i, each in enumerate(told) if _is_like(each, fact, tempting)]
    places = right if right and chance.random() < 0.75 else like
    start, end = _range(told, places or right, chance)
    shown = told[start:end]
    labels = tuple(_label(each, fact) for each in shown)
    span = None
    if slot and RIGHT in labels:
        place = labels.index(RIGHT)
        at = shown[place].text.find(fact.slot(slot))
        if at >= 0 and shown[place].text.count(fact.slot(slot)) == 1:
            span = SpanInSentence(place, at, at + len(fact.slot(slot)))
    return Example(
        SOURCE, Task.QUESTION, question, "", tuple(each.text for each in shown), labels, span=span
    )


def _label(told: Told, fact: Fact) -> int:
    if fact in told.facts:
        return RIGHT
    alike = (f for f in told.facts if {f.kind, fact.kind} <= _ALIKE)
    return UNKNOWN if any(f.s == fact.s or f.o == fact.o for f in alike) else WRONG


def _is_like(told: Told, fact: Fact, tempting: Fact | None) -> bool:
    if tempting is not None:
        return tempting in told.facts
    return fact not in told.facts and any(
        other.kind == fact.kind or other.s in (fact.s, fact.o) for other in told.facts
    )


def _range(told: Sequence[Told], places: Sequence[int], chance: random.Random) -> tuple[int, int]:
    place = chance.choice(places) if places else chance.randrange(len(told))
    size = min(len(told), chance.choice(_SIZES))
    start = max(0, min(place - chance.randrange(size), len(told) - size))
    end = start + size
    while start and told[start].leans:  # the names of its sentence stand before it
        start -= 1
    return start, end


def _claims(world: World, told: Sequence[Told], chance: random.Random) -> Iterator[Example]:
    """True claims in other words, and false ones: parties exchanged, another value, another's."""
    stated = [f for each in told for f in each.facts]
    between = [f for f in stated if f.kind in _PARTIES]
    for fact in [*chance.sample(stated, min(5, len(stated))), *between]:
        yield _claimed(fact, fact, told, chance)
        false = _falsified(fact, world, chance)
        if false is not None and false not in world.facts:
            yield _claimed(false, fact, told, chance)


def _claimed(claimed: Fact, of: Fact, told: Sequence[Told], chance: random.Random) -> Example:
    """A claim over a window with the fact that it is made `of`."""
    start, end = _range(told, [i for i, each in enumerate(told) if of in each.facts], chance)
    shown = told[start:end]
    at = tuple(RIGHT if of in each.facts else WRONG for each in shown)
    none = (WRONG,) * len(shown)
    # Who sued whom, turned around, is not supported. Whether it is contradicted is another matter.
    turned = claimed.s == of.o and claimed.o == of.s
    unsaid = tuple(UNKNOWN if label == RIGHT else WRONG for label in at)
    text = _claim_text(claimed, chance)
    true = claimed == of
    return Example(
        f"{SOURCE}-claim", Task.CLAIM, text, "", tuple(each.text for each in shown),
        at if true else none,
        none if true else unsaid if turned else at,
    )  # fmt: skip


def _claim_text(fact: Fact, chance: random.Random) -> str:
    if fact.kind not in _ROLES:
        return sentence_of(_clause(fact, chance))
    role = chance.choice(_ROLES[fact.kind][0])
    forms = [f"{fact.v} is the {role} of {fact.s}.", f"The {role} of {fact.s} is {fact.v}."]
    if fact.kind == "chief":
        forms += [f"{fact.v} runs {fact.s}.", f"{fact.s} is led by {fact.v}."]
    if fact.kind == "founder":
        forms = [f"{fact.v} founded {fact.s}.", f"{fact.s} was founded by {fact.v}."]
    return chance.choice(forms)


def _falsified(fact: Fact, world: World, chance: random.Random) -> Fact | None:
    ways = ["value"]
    if fact.o and fact.kind in _PARTIES and not RELATIONS[fact.kind].symmetric:
        ways += ["turned", "turned"]
    way = chance.choice(ways)
    if way == "turned":
        return Fact(fact.kind, fact.o, fact.s, fact.v)
    values = {f.v for f in world.facts if f.kind in _ROLES} if fact.kind in _ROLES else {
        f.v for f in world.facts if _same_sort(f, fact)
    }  # fmt: skip
    others = sorted(values - {fact.v})
    return Fact(fact.kind, fact.s, fact.o, chance.choice(others)) if others else None


def _same_sort(one: Fact, other: Fact) -> bool:
    return one.kind not in _ROLES and _sort(one) == _sort(other)


def _sort(fact: Fact) -> str:
    if fact.kind in ("employs", "cut", "plant jobs"):
        return "people"
    return fact.kind if fact.kind in _NO_MONEY else "money"


def _money(chance: random.Random) -> str:
    number = chance.choice(
        (str(chance.randint(2, 950)), f"{chance.randint(1, 9)}.{chance.randint(1, 9)}")
    )
    size = chance.choice(("million", "million", "billion"))
    return chance.choice(
        (f"${number} {size}", f"€{number} {size}", f"£{number} {size}",
         f"{number} {size} dollars", f"{number} {size} euros")
    )  # fmt: skip


def _company(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return "".join(chance.sample("ABCDEFGHKLMNPRSTVWXZ", 3))
    return chance.choice(_STARTS) + chance.choice(_ENDS) + chance.choice(_BEHIND)


def _distinct(make: Callable[[], str], count: int) -> list[str]:
    """Make names that differ in their first four letters."""
    found: dict[str, str] = {}
    while len(found) < count:
        name = make()
        found.setdefault(name.split()[0][:4], name)
    return list(found.values())
