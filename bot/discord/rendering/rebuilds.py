"""Rendering of a rebuild's progress and changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.rendering.layout import Colour, brief, described
from bot.wording.measures import counted

_STEPS = 20
# These limits keep the text within one description.
_LISTED, _LONGEST_NAME = 5, 60  # articles named per kind, characters of a name
_REMARKS, _LONGEST_REMARK = 3, 200


@dataclass(frozen=True, slots=True)
class RebuildChanges:
    """The changes of a rebuild: articles by title or id, sentences by count. `remarks` are further
    lines, such as the results of the golden questions."""

    generation: str
    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]
    sentences_added: int
    sentences_removed: int
    remarks: Sequence[str] = ()


def progress_embed(stage: str, done: int, total: int | None) -> discord.Embed:
    """Render the progress of a stage. `total` is None if the amount of work is unknown."""
    line = f"**{brief(stage, 200) or 'Rebuilding'}**"
    return described([f"{line}\n{_bar(done, total)}"], Colour.ADMIN, title="Rebuilding")[0]


def differences_embed(changes: RebuildChanges, title: str = "Rebuilt") -> discord.Embed:
    """Render the changes: per kind the count and first five articles, then sentence counts and
    remarks."""
    kinds = (("Added", changes.added), ("Changed", changes.changed), ("Removed", changes.removed))
    parts = [_listed(name, articles) for name, articles in kinds if articles]
    sentences = (
        f"**Sentences:** {changes.sentences_added:,} added, {changes.sentences_removed:,} removed"
    )
    remarks = [brief(remark, _LONGEST_REMARK) for remark in changes.remarks[:_REMARKS]]
    description = "\n\n".join(
        (*(parts or ["The articles are the same as before."]), "\n".join((sentences, *remarks)))
    )
    return described(
        [description],
        Colour.ADMIN,
        title=brief(title, 100),
        footer=(f"generation {changes.generation}",),
    )[0]


def _bar(done: int, total: int | None) -> str:
    if not total or total < 0:
        return f"{max(done, 0):,} so far"
    share = min(max(done / total, 0.0), 1.0)
    filled = int(share * _STEPS)
    return f"{'▰' * filled}{'▱' * (_STEPS - filled)} {int(share * 100)}% · {done:,} of {total:,}"


def _listed(name: str, articles: Sequence[str]) -> str:
    named = [brief(article, _LONGEST_NAME) or "–" for article in articles[:_LISTED]]
    if more := len(articles) - len(named):
        named.append(f"and {more:,} more")
    return "\n".join((f"**{name}** ({counted(len(articles), 'article')})", *named))
