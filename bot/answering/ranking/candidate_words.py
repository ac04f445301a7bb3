"""The words of all candidates in one array, for vectorised lookups."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.answering.ranking.lexicon import Lexicon, Words
from index.ranges import in_ranges, run_begins, starts_of
from index.text.tokens import Tokens

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


def have(flags: NDArray[np.uint8] | NDArray[np.uint32], flag: int) -> Flags:
    """Return which elements have one of the bits."""
    found: Flags = (flags & flag) != 0
    return found


@dataclass(frozen=True, slots=True)
class CandidateWords:
    """The words of all candidates, concatenated. A sentinel word follows the words of each
    candidate, so that no match crosses into the next candidate or wraps around. `of` is the
    candidate of each word, `starts` the first word of each candidate, and `lengths` its number of
    words."""

    words: Words
    stems: Words
    flags: NDArray[np.uint32]
    gaps: NDArray[np.uint8]
    of: Rows
    starts: Rows
    lengths: Rows

    @classmethod
    def by(cls, tokens: Tokens, rows: Rows, lexicon: Lexicon) -> Self:
        """Collect the words of the candidates at these rows of the texts."""
        first, lengths = tokens.starts[rows], tokens.starts[rows + 1] - tokens.starts[rows]
        places, starts = in_ranges(first, lengths + 1), starts_of(lengths + 1)
        words = np.append(tokens.words, np.int32(lexicon.nothing))[places]
        words[starts[1:] - 1] = lexicon.nothing
        return cls(
            words=words,
            stems=lexicon.stems[words],
            flags=lexicon.flags[words],
            gaps=np.append(tokens.gaps, np.uint8(0))[places],
            of=np.repeat(np.arange(len(rows)), lengths + 1),
            starts=starts[:-1],
            lengths=lengths,
        )

    def are(self, flag: int) -> Flags:
        """Return which words have one of the flags."""
        return have(self.flags, flag)

    def with_any(self, flag: int) -> Flags:
        """Return which candidates have a word with one of the flags."""
        return have(np.bitwise_or.reduceat(self.flags, self.starts), flag)

    def opening_with(self, flag: int) -> Flags:
        """Return which candidates begin with a word that has one of the flags."""
        return have(self.flags[self.starts], flag)

    def that_are(self, stems: Words) -> Flags:
        """Return which words (columns) have which of the stems (rows)."""
        found: Flags = self.stems == stems[:, None]
        return found

    def within(self, found: Flags) -> Flags:
        """Return which candidates have a found word, along the last axis."""
        within: Flags = np.logical_or.reduceat(found, self.starts, axis=-1)
        return within

    def distinct(self, found: Flags) -> Rows:
        """Count the distinct stems among the found words of each candidate."""
        places = np.flatnonzero(found)
        keys = np.sort((self.of[places] << 32) + self.stems[places])
        return self.count(keys[run_begins(keys)] >> 32) if len(keys) else self.count(keys)

    def count(self, candidates: Rows) -> Rows:
        """Count how often each candidate occurs in `candidates`."""
        return np.bincount(candidates, minlength=len(self.starts))
