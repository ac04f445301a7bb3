"""Mails, mailboxes and web archives."""

from contextlib import suppress
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.messages import mail as mail_module
from index.articles.messages import mail_text
from index.articles.messages.mail import read_eml, read_mbox, read_mhtml
from index.articles.web import markup
from index.errors import SourceError
from index.models import Article, BlockKind

HEADERS = (
    "From: =?utf-8?q?Ada_Br=C3=BCll?= <ada@corvane.example>\n"
    "Subject: =?utf-8?b?Q29ydmFuZSB3w6RjaHN0?=\n =?utf-8?q?_in_Dresden?=\n"
    "Date: Tue, 03 Nov 2026 09:30:00 +0100\nMIME-Version: 1.0\n"
)


def plain(text: str, parameters: str = "") -> Article:
    head = f"{HEADERS}Content-Type: text/plain; charset=utf-8{parameters}\n\n"
    return read_eml((head + text).encode(), "m", "m.eml")


def blocks(article: Article) -> list[tuple[BlockKind, str]]:
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def reasons(article: Article) -> set[str]:
    return {omission.reason for omission in article.omitted}


def mail(*parts: MIMEText | MIMEMultipart, kind: str = "mixed") -> MIMEMultipart:
    message = MIMEMultipart(kind)
    message["From"], message["Subject"] = "Ada Brill <ada@corvane.example>", "News"
    for part in parts:
        message.attach(part)
    return message


def read(message: MIMEMultipart | EmailMessage) -> Article:
    return read_eml(message.as_bytes(), "m", "m.eml")


def test_headers() -> None:
    article = plain("Corvane will build.")
    assert (article.id, article.title) == ("m", "Corvane wächst in Dresden")
    assert (article.source, article.published) == ("Ada Brüll", "2026-11-03T09:30:00+01:00")


def test_wrapped_lines_are_joined_and_short_ones_stay() -> None:
    article = plain(
        "Corvane will build a second plant for battery cells in the city of\n"
        "Dresden, the company said on Tuesday, and hire four hundred people.\n"
        "Work starts in May, after the council has approved the whole plan.\n\n"
        "- One point\n- Another point\n\nCorvane AG\nHafenstr. 1\n"
    )
    assert blocks(article) == [
        (
            BlockKind.PARAGRAPH,
            "Corvane will build a second plant for battery cells in the city of Dresden, the "
            "company said on Tuesday, and hire four hundred people. Work starts in May, after the "
            "council has approved the whole plan.",
        ),
        (BlockKind.LIST_ITEM, "- One point"),
        (BlockKind.LIST_ITEM, "- Another point"),
        (BlockKind.PARAGRAPH, "Corvane AG\nHafenstr. 1"),
    ]


@pytest.mark.parametrize(
    ("text", "parameters", "joined"),
    [
        ("It will \nbuild.\n\n From here.", "; format=flowed", "It will build.\n\nFrom here."),
        ("Bat \ntery  \ncells.", "; format=flowed; delsp=yes", "Battery cells."),
        (" >No quote.", "; format=flowed", ">No quote."),
        ("It will \nbuild.", "", "It will\nbuild."),
    ],
)
def test_flowed_text(text: str, parameters: str, joined: str) -> None:
    assert plain(text, parameters).text == joined


def test_answers_are_quotes_and_signatures_are_left_out() -> None:
    article = plain(
        "We say no.\n\nOn Mon, Nov 2, 2026 at 9:02 AM Ben Corr\n<ben@ombrel.example> wrote:\n"
        "> We offer $5\n> billion.\n>> Deeper words.\n\nMy last word.\n-- \nAda\nCorvane AG\n"
    )
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "We say no."),
        (BlockKind.QUOTE, "On Mon, Nov 2, 2026 at 9:02 AM Ben Corr <ben@ombrel.example> wrote:"),
        (BlockKind.QUOTE, "We offer $5\nbillion."),
        (BlockKind.QUOTE, "Deeper words."),
        (BlockKind.PARAGRAPH, "My last word."),
    ]
    assert reasons(article) == {"signature"}


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------\nFrom: Ben Corr <b@o.example>\nDate: 2 Nov\n"
        "Subject: Offer\nTo: Ada\n",
        "-----Original Message-----\nFrom: Ben Corr [mailto:b@o.example]\nSent: Monday\n",
        "From: Ben Corr <b@o.example>\nSent: Monday\nTo: Ada\nSubject: Offer\n",
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_inline_forward_names_its_writer(marker: str, html: bool) -> None:
    if html and marker.startswith("-"):
        pytest.skip("HTML mails have no marker line of their own")
    text = f"See below.\n\n{marker}\nWe offer $5 billion."
    article = plain(text)
    if html:
        lines = [part.replace("<", "&lt;").replace("\n", "<br>") for part in text.split("\n\n")]
        page = "".join(f"<p>{line}</p>" for line in lines)
        article = read(mail(MIMEText(page, "html")))
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "See below."),
        (BlockKind.QUOTE, "Ben Corr wrote: We offer $5 billion."),
    ]


def test_attached_forward_is_a_quote_of_its_writer() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Ben Corr <b@o.example>", "Offer"
    inner["Date"] = "Mon, 02 Nov 2026 08:00:00 +0000"
    inner.set_content("We offer $5 billion.")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "Ada Brill <a@c.example>", "Fwd"
    outer.set_content("See the offer.")
    outer.add_attachment(inner)
    article = read(outer)
    assert article.source == "Ada Brill"
    assert blocks(article) == [
        (BlockKind.PARAGRAPH, "See the offer."),
        (BlockKind.QUOTE, "Forwarded mail from Ben Corr, 2026-11-02T08:00:00+00:00: Offer"),
        (BlockKind.QUOTE, "Ben Corr wrote: We offer $5 billion."),
    ]


NEWSLETTER = """<html><body><div style="display: none">Inside: a plant</div>
<img src="https://t.example/p.gif" width="1" height="1">
<table role="presentation"><tr><td><h1>Corvane builds</h1><p>It paid $5<sup>1</sup>&nbsp;billion
for <b>Ombrel</b>.</p></td><td><p>Side <s>old</s> note.</p></td></tr></table>
<table><tr><td>Plant</td><td>Output</td></tr><tr><td>Dresden</td><td>12</td></tr></table>
<p>You are receiving this email because you signed up.</p>
<p><a href="x">Unsubscribe</a> | <a href="y">View in browser</a></p>
<p>Customers can unsubscribe here, the regulator said.</p></body></html>"""


def test_newsletter() -> None:
    frame = MIMEText("Please use a modern client.", "plain")
    article = read(mail(frame, MIMEText(NEWSLETTER, "html"), kind="alternative"))
    assert blocks(article) == [
        (BlockKind.HEADING, "Corvane builds"),
        (BlockKind.PARAGRAPH, "It paid $5 billion for Ombrel."),
        (BlockKind.PARAGRAPH, "Side note."),
        (BlockKind.TABLE_ROW, "Plant: Dresden | Output: 12"),
        (BlockKind.PARAGRAPH, "Customers can unsubscribe here, the regulator said."),
    ]
    assert reasons(article) == {
        "hidden text",
        "footnote mark",
        "deleted text",
        "unsubscribe and footer lines",
    }


def test_plain_part_wins_if_the_html_is_a_frame() -> None:
    text = "Corvane will build a plant in Dresden and hire people, it said. " * 3
    article = read(mail(MIMEText(text), MIMEText("<p>Your mail.</p>", "html"), kind="alternative"))
    assert article.text == text.strip()


def test_text_parts_are_read_in_order() -> None:
    page = mail(MIMEText("<p>Second.</p>", "html"), kind="related")
    attached = MIMEText("Third.", "csv")
    attached.add_header("Content-Disposition", "attachment", filename="t.csv")
    article = read(mail(MIMEText("First."), page, attached, MIMEText("Last.")))
    assert article.text == "First.\n\nSecond.\n\nLast."
    assert [(o.reason, o.sample) for o in article.omitted] == [("attachment", "t.csv")]


@pytest.mark.parametrize(
    ("head", "body", "text", "notes"),
    [
        ("text/plain; charset=iso-8859-1", b"\x93Caf\xe9\x94", "“Café”", 0),
        ("text/plain", b"\x93Caf\xe9\x94", "“Café”", 1),
        ("text/plain; charset=no-such", "Café".encode(), "Café", 0),
        ("text/html", b'<meta charset="koi8-r"><p>\xc1\xc2</p>', "аб", 0),
        (
            "text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable",
            b"Caf=C3=\n=A9",
            "Café",
            0,
        ),
        ("text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", b"Q2Fmw6k=", "Café", 0),
    ],
)
def test_charsets_and_encodings(head: str, body: bytes, text: str, notes: int) -> None:
    data = f"Subject: s\nMIME-Version: 1.0\nContent-Type: {head}\n\n".encode() + body
    article = read_eml(data, "m", "m.eml")
    assert (article.text, len(article.notes)) == (text, notes)


def test_mailbox() -> None:
    data = (
        "From a@b.example Tue Nov  3 09:30:00 2026\nMessage-ID: <1@b.example>\nSubject: One\n\n"
        "First words.\n>From escaped.\n\nFrom the start it was.\n\n"
        "From a@b.example Tue Nov  3 09:31:00 2026\nSubject: Two\n\n\n"
        "From a@b.example Tue Nov  3 09:32:00 2026\nSubject: Three\n\nThird words.\n"
    )
    first, empty, third = read_mbox(data.encode(), "box", "box.mbox")
    assert isinstance(first, Article)
    assert isinstance(third, Article)
    assert (first.id, third.id, third.text) == ("1@b.example", "box#3", "Third words.")
    assert first.text == "First words.\nFrom escaped.\n\nFrom the start it was."
    assert "box.mbox, mail 2 has no text" in str(empty)


def test_web_archive() -> None:
    words = "Corvane will build a plant in Dresden – and hire four hundred people, it said. "
    data = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://h.example/a\nSubject: Corvane\n"
        'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="b"\n\n'
        "--b\nContent-Type: text/css\n\np { color: red }\n"
        "--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n"
        "Content-Location: https://h.example/a\n\n<html><body><article><p>"
        + (words * 3).replace("–", "=E2=80=93")
        + "</p></article></body></html>\n--b--\n"
    )
    article = read_mhtml(data.encode(), "w", "w.mht")
    assert words.strip() in article.text
    assert "color" not in article.text
    assert (article.url, article.title) == ("https://h.example/a", "Corvane")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Just words.", "is no mail"),
        (b"Subject: empty\n\n", "has no text"),
        (b"Subject: x\nContent-Type: image/png\n\nabc", "has no text"),
        (
            b"Subject: x\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--",
            "encrypted",
        ),
    ],
)
def test_mail_without_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_eml(data, "m", "m.eml")


def forwarded(depth: int) -> bytes:
    return b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: y\n\nwords\n"


@pytest.mark.parametrize(
    "data",
    [mail(mail(mail(MIMEText("words")))).as_bytes(), forwarded(3)],
    ids=["parts", "forwards"],
)
@pytest.mark.parametrize(
    ("limit", "problem"),
    [("_DEEPEST", "over 2 mails or parts in each other"), ("_MOST_PARTS", "over 2 parts with")],
)
def test_nested_mails_are_limited(
    monkeypatch: pytest.MonkeyPatch, data: bytes, limit: str, problem: str
) -> None:
    assert read_eml(data, "m", "m.eml").text.endswith("words")
    monkeypatch.setattr(mail_module, limit, 2)
    with pytest.raises(SourceError, match=rf"m\.eml has {problem}"):
        read_eml(data, "m", "m.eml")


def test_mails_that_the_parser_gives_up_on_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "message_from_bytes", too_deep)
    with pytest.raises(SourceError, match=r"m\.eml is too damaged to be read as a mail"):
        plain("words")


def too_deep(_: object) -> None:
    raise RecursionError


def test_lines_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "_MOST_LINES", 3)
    assert plain("a\nb\nc\n").text == "a\nb\nc"
    with pytest.raises(SourceError, match=r"over 3 lines of text\. Split it"):
        plain("> a\nb\n" * 2)


def test_elements_of_html_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "_MOST_ELEMENTS", 3)
    with pytest.raises(SourceError, match=r"over 3 elements of HTML\. Split it"):
        read(mail(MIMEText("<p>x" * 2, "html")))


def test_answers_in_answers_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_text, "_MOST_FORWARDS", 2)
    answers = plain("-----Original Message-----\nFrom: A B\nwords\n" * 4)
    assert blocks(answers)[:2] == [(BlockKind.QUOTE, "A B wrote: words")] * 2
    assert answers.text.count("wrote:") == 2
    assert answers.text.count("words") == 4


def test_mails_of_a_mailbox_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "MOST_MAILS", 2)
    data = b"From a@b.example Tue Nov  3 09:30:00 2026\nSubject: s\n\nwords\n\n" * 4
    *mails, error = read_mbox(data, "m", "m.mbox")
    assert [article.text for article in mails if isinstance(article, Article)] == ["words"] * 2
    assert "m.mbox has more than 2 mails" in str(error)


def test_file_without_mails_is_refused() -> None:
    (error,) = read_mbox(b"From here on, it is text.", "m", "m.mbox")
    assert "m.mbox is no mbox file" in str(error)


def test_headers_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_module, "_LONGEST_HEADER", 11)
    article = read_eml(b"Subject: A new plant in May\nFrom: ada@corvane.example\n\nwords", "m", "m")
    assert (article.title, article.source, article.text) == ("A new plant", "ada@corvane", "words")


def test_senders_that_the_parser_gives_up_on_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail_module, "parseaddr", too_deep)
    article = plain("words")
    assert (article.source, article.text) == ("", "words")


@pytest.mark.parametrize("name", ["Content-Type: text/plain; charset=", "Content-Disposition: "])
def test_long_types_are_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    data = f"Subject: s\n{name}{'x' * 40}\n\nwords".encode()
    assert read_eml(data, "m", "m.eml").text == "words"
    monkeypatch.setattr(mail_module, "_LONGEST_TYPE", 30)
    with pytest.raises(SourceError, match=r"m\.eml has a header that no mail program writes"):
        read_eml(data, "m", "m.eml")


types = st.text(st.sampled_from("charset=*0;'\"%é\t ?utf-8/"), max_size=30)


@given(types, types, st.sampled_from(["plain", "html", "x"]))
def test_odd_headers_never_raise(kind: str, other: str, sort: str) -> None:
    head = f"Subject: {other}\nFrom: {other}\nContent-Type: text/{sort}; charset={kind}; {other}\n"
    head += f"Content-Disposition: {other}; filename{kind}\nContent-Transfer-Encoding: {kind}\n\nx"
    with suppress(SourceError):
        assert read_eml(head.encode(), "m", "m").text


lines = st.sampled_from(
    ["> q", ">> q", "On Mon, A wrote:", "From: A <a@b>", "Sent: x", "To: y", "-- ", "words \n", ""]
    * 2
    + ["Content-Type: multipart/mixed; boundary=b", "--b", "--b--", "Content-Type: message/rfc822"]
)


@given(st.lists(lines, max_size=20).map("\n".join), st.binary(max_size=40))
def test_mail_never_raises(text: str, more: bytes) -> None:
    data = b"Subject: s\n" + text.encode() + more
    with suppress(SourceError):
        assert read_eml(data, "m", "m").text
    for result in read_mbox(b"From a 09:30\n" + data, "m", "m"):
        assert isinstance(result, Article | SourceError)
