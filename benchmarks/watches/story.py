"""A story that its articles retell: in other words, or with other values."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.watches.facts import FACTS, UNRELATED, Fact

_OUTLETS = ("Orlan Post", "North Wire", "Coast Radio", "Harbour Times")


@dataclass(slots=True)
class Story:
    """Articles of the facts as they stand. `update` retells them without a change; the fields set
    their values."""

    random: Random
    values: dict[str, str] = field(default_factory=lambda: {f.name: f.values[0] for f in FACTS})
    withdrawn: set[str] = field(default_factory=set)
    extra: list[str] = field(default_factory=list)
    _told: dict[str, dict[str, str]] = field(default_factory=dict)
    _copies: dict[str, dict[str, str]] = field(default_factory=dict)
    _others: list[dict[str, str]] = field(default_factory=list)

    def update(self) -> str:
        """Retell a part of the story; return how."""
        fact = self.random.choice(FACTS)
        kind = self.random.choice(("reorder", "retitle", "reword", "trifle", "copy", "unrelated"))
        match kind:
            case "retitle" | "reword" | "trifle":
                self._told[fact.name] = self._article(fact, kind)
            case "copy" if fact.name in self._copies:
                del self._copies[fact.name]
            case "copy":
                copy = self._article(fact, "retitle")
                self._copies[fact.name] = copy | {"id": f"copy-{fact.name}"}
            case "unrelated":
                text = self.random.choice(UNRELATED)
                self._others = [*self._others[-5:], {"id": f"other-{len(text)}", "text": text}]
        return kind

    def change(self, fact: Fact, value: str) -> None:
        """Give a fact another value, in all articles that state it."""
        self.values[fact.name] = value
        self._told.pop(fact.name, None)
        self._copies.pop(fact.name, None)

    def write(self, file: Path) -> None:
        """Write the articles in a new order."""
        stated = [fact for fact in FACTS if fact.name not in self.withdrawn]
        records = [self._told.get(f.name) or self._article(f, "first") for f in stated]
        records += [copy for name, copy in self._copies.items() if name not in self.withdrawn]
        records += self._others
        records += [{"id": f"extra-{n}", "text": text} for n, text in enumerate(self.extra)]
        self.random.shuffle(records)
        file.write_text("".join(json.dumps(record) + "\n" for record in records))

    def _article(self, fact: Fact, kind: str) -> dict[str, str]:
        told = self._told.get(fact.name, {})
        first, later = kind == "first", self.random
        wording = fact.wordings[0] if first else later.choice(fact.wordings)
        title = fact.titles[0] if first or kind == "reword" else later.choice(fact.titles)
        sentence = wording.format(value=self.values[fact.name])
        sentence = sentence[0].upper() + sentence[1:]
        around = list(fact.around)
        if kind == "trifle":
            later.shuffle(around)
            sentence = sentence.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
        return {
            "id": fact.name,
            "title": title,
            "source": told.get("source", _OUTLETS[0]) if first else later.choice(_OUTLETS),
            "published": "2031-03-01",
            "text": " ".join([around[0], sentence, *around[1:]]),
        }
