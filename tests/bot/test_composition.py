"""An answer's text read as markdown: the article's words, and no active markup."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.models import Citation, Role, ShortAnswer, WrittenSentence
from bot.wording.answers import compose_text, escape_markdown

MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])

# Characters with a meaning in markdown, as frequent as in a hostile text.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\\`*_~|<>&;#+-=.!()[]{}:/\"'$@^ \t\n\r0123456789ab"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=60,
)
KNOWN_TRICKS = [
    "&amp; &lt;b&gt; &#42;bold&#42;",
    "1. first",
    "12) twelfth",
    "# heading",
    "- item",
    "+ item",
    "---",
    "===",
    "> quote",
    "    code",
    "```sh",
    "~~gone~~ ||hidden||",
    "![picture](http://x.example/a.png)",
    "[1]: http://x.example",
    "[1](http://x.example) [2][1] [2]",
    "<http://x.example> <b onclick=x>",
    "*a* _b_ **c** __d__ `e`",
    "back\\slash\\* \\",
    "| a | b |",
    "(c) 1.5 2-3 5. 6.",
]


def citation(quote: str, number: int = 1, role: Role = Role.EVIDENCE) -> Citation:
    return Citation(
        number=number,
        role=role,
        article_id="a",
        title="",
        source="",
        published="",
        url="",
        start=0,
        end=len(quote),
        quote=quote,
        score=0.5,
    )


def tokens_of(markdown: str) -> list[Token]:
    return [
        inner for token in MARKDOWN.parse(markdown) for inner in (token, *(token.children or ()))
    ]


def words(text: str) -> str:
    return " ".join(text.split())


def with_tricks(test: Callable[..., None]) -> Callable[..., None]:
    for trick in KNOWN_TRICKS:
        test = example(trick)(test)
    return test


@with_tricks
@given(HOSTILE)
def test_escaped_text_renders_back_to_exactly_its_words_and_nothing_else(text: str) -> None:
    tokens = tokens_of(escape_markdown(text))
    assert {token.type for token in tokens} <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    shown = "".join(token.content for token in tokens if token.type.startswith("text"))
    assert shown == words(text)


@with_tricks
@given(HOSTILE)
def test_quote_is_one_line_in_one_block_quote_that_ends_with_its_own_marker(text: str) -> None:
    composed = compose_text([citation(f"a{text}", 7)], None)
    assert "\n" not in composed
    tokens = tokens_of(composed)
    assert {token.type for token in tokens} <= {
        "blockquote_open",
        "blockquote_close",
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    shown = "".join(token.content for token in tokens if token.type.startswith("text"))
    assert shown == f"{words('a' + text)} [7]"


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_unescaped_markers_are_those_of_the_citations_alone(texts: list[str]) -> None:
    """A reader that takes "[n]" in the raw text for a marker finds no forged one."""
    quotes = [f"[3] {text} [1]" for text in texts]
    composed = compose_text([citation(q, n) for n, q in enumerate(quotes, start=1)], None)
    bare = []
    position = 0
    while position < len(composed):
        if composed[position] == "\\":
            position += 2
            continue
        if composed[position] == "[":
            bare.append(composed[position : composed.index("]", position) + 1])
        position += 1
    assert bare == [f"[{number}]" for number in range(1, len(texts) + 1)]


def test_context_is_called_context_and_keeps_its_number() -> None:
    composed = compose_text(
        [citation("It grew.", 1), citation("Acme sells.", 2, Role.CONTEXT)], None
    )
    assert composed == "> It grew. [1]\n\n> *Context:* Acme sells. [2]"


@pytest.mark.parametrize("span", ["$12.5 million", "6%", "*Acme*", "A & B", "[1]", "Ann"])
def test_short_answer_stands_first_in_bold_with_its_marker(span: str) -> None:
    short = ShortAnswer(citation=1, start=0, end=len(span), text=span)
    composed = compose_text([citation("It did.")], short)
    first, _ = composed.split("\n\n")
    tokens = [token for token in tokens_of(first) if token.type != "inline"]
    opening = next(i for i, token in enumerate(tokens) if token.type == "strong_open")
    closing = next(i for i, token in enumerate(tokens) if token.type == "strong_close")
    assert "".join(token.content for token in tokens[opening:closing]) == span
    assert "".join(token.content for token in tokens[closing:]) == " [1]"


def test_what_a_model_wrote_stands_above_its_quotes_escaped_and_with_its_markers() -> None:
    written = (
        WrittenSentence(text="It *cost* $3 bn.", citations=(1,)),
        WrittenSentence(text="It opened in May.", citations=(1, 3)),
    )
    assert compose_text((), None, written) == r"It \*cost\* $3 bn. [1] It opened in May. [1][3]"
