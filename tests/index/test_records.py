"""Records of other programs in JSON: which fields are read, what news services and chats export."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.base.readers import Skipped
from index.articles.chats import SlackFolder
from index.articles.records import read_content, read_record
from index.articles.sources import SourceReport, read_articles
from index.errors import SourceError
from index.models import Article


def put_json(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def record(**fields: object) -> Article:
    return read_record(fields, "a#1", "a.json, record 1")


def read(path: Path) -> tuple[list[Article], SourceReport]:
    report = SourceReport()
    return list(read_articles([path], report=report)), report


def blocks(article: Article) -> list[tuple[str, str]]:
    return [(block.kind.value, article.text[block.start : block.end]) for block in article.blocks]


# --- fields ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"text": " As is.\n"}, " As is.\n"),
        ({"text": "<p>As is</p>"}, "<p>As is</p>"),
        ({"text": None, "content": "One."}, "One."),
        ({"text": "", "body": "Two."}, "Two."),
        ({"description": "Short.", "articleBody": "The whole of it."}, "The whole of it."),
        ({"summary": "Short.", "description": "Longer."}, "Longer."),
        ({"text": ["One.", "", "Two."]}, "One.\n\nTwo."),
        ({"content": [{"text": "One."}, {"text": "Two."}]}, "One.\n\nTwo."),
        ({"content": {"rendered": "<p>One &amp; two.</p><p>Three.</p>"}}, "One & two.\n\nThree."),
        ({"content": "5 < 6 and a <b"}, "5 < 6 and a <b"),
    ],
)
def test_the_first_field_with_a_text_is_read(fields: dict[str, Any], text: str) -> None:
    assert record(**fields).text == text


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"headline": "H"}, "title", "H"),
        ({"title": {"rendered": "A &#8211; <i>B</i>"}}, "title", "A – B"),
        ({"title": "A &#8211; B"}, "title", "A &#8211; B"),
        ({"subject": "S"}, "title", "S"),
        ({"source": {"id": None, "name": "Orm Wire"}}, "source", "Orm Wire"),
        ({"publisher": {"name": "Orm Wire"}}, "source", "Orm Wire"),
        ({"link": "https://x.example/a"}, "url", "https://x.example/a"),
        ({"link": "/a", "canonical": "https://x.example/b"}, "url", "https://x.example/b"),
        ({"published": "on Monday"}, "published", "on Monday"),
        ({"pubDate": "Tue, 04 Aug 2026 08:00:00 GMT"}, "published", "2026-08-04T08:00:00+00:00"),
        ({"datePublished": "2026-08-04"}, "published", "2026-08-04"),
        ({"created_at": 1785830400}, "published", "2026-08-04T08:00:00+00:00"),
        ({"created_at": 1785830400123}, "published", "2026-08-04T08:00:00+00:00"),
        ({"ts": "1785830400.000200"}, "published", "2026-08-04T08:00:00+00:00"),
        ({"date": 7}, "published", ""),
        ({"date": 10**400}, "published", ""),
    ],
)
def test_metadata_has_several_names(fields: dict[str, Any], name: str, value: str) -> None:
    assert getattr(record(text="T", **fields), name) == value


def test_a_date_that_can_be_read_in_two_ways_is_left_out_with_a_note() -> None:
    article = record(text="T", date="05/04/2026")
    assert (article.published, article.notes) == ("", ("The date “05/04/2026” could not be read.",))


@pytest.mark.parametrize(
    ("fields", "article_id"),
    [
        ({"text": "T", "url": "https://x.example"}, "a#1"),  # as always
        ({"body": "T"}, "a#1"),
        ({"body": "T", "guid": {"rendered": "https://x.example/?p=1"}}, "https://x.example/?p=1"),
        ({"body": "T", "url": "https://x.example"}, "https://x.example"),
        ({"body": "T", "_id": {"$oid": "5f1"}}, "5f1"),
        ({"body": "T", "url": "https://x.example/" + "y" * 200}, "a#1"),
        ({"body": "T", "id": 7}, "7"),
    ],
)
def test_a_record_of_another_shape_brings_its_id_along(
    fields: dict[str, Any], article_id: str
) -> None:
    assert record(**fields).id == article_id


def test_a_summary_in_place_of_the_text_is_noted() -> None:
    assert record(summary="Short.").notes == ("The record carries only a summary of the article.",)


# --- news services --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Orm will pay 3 billi… [+1234 chars]", "Orm will pay 3 billi…"),
        ("Orm will pay 3 billi [+1234 chars]", "Orm will pay 3 billi…"),
        ("Orm will pay. [+1234 chars]", "Orm will pay."),
    ],
)
def test_the_answer_of_a_news_service_is_a_list_of_articles(
    tmp_path: Path, content: str, text: str
) -> None:
    story = {"source": {"id": None, "name": "Orm Wire"}, "title": "Orm buys", "content": content,
             "url": "https://orm.example/1", "publishedAt": "2026-08-04T08:00:00Z"}  # fmt: skip
    removed = {"title": "[Removed]", "content": "[Removed]", "url": "https://removed.example"}
    path = put_json(tmp_path / "n.json", {"status": "ok", "articles": [story, removed]})
    [article], report = read(path)
    assert (article.text, article.title, article.source) == (text, "Orm buys", "Orm Wire")
    assert (article.id, article.url) == ("https://orm.example/1", "https://orm.example/1")
    assert "1,234 characters more are missing" in article.notes[0]
    assert list(report.skipped) == ["removed by the news service"]


def test_a_service_without_articles_is_told(tmp_path: Path) -> None:
    path = put_json(tmp_path / "n.json", {"status": "ok", "totalResults": 0, "articles": []})
    with pytest.raises(SourceError, match="contains no articles"):
        read(path)


def test_a_json_feed_is_read(tmp_path: Path) -> None:
    item = {"id": "i1", "content_html": "<p>Orm grew.</p>", "title": "Orm"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": [item]}
    [article], _ = read(put_json(tmp_path / "feed.json", feed))
    assert (article.id, article.text, article.source) == ("i1", "Orm grew.", "Wire")


# --- Discord --------------------------------------------------------------------------------


def discord(*messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "guild": {"name": "Deals"},
        "channel": {"id": "2", "name": "news"},
        "messages": list(messages),
    }


def post(content: str, time: str = "2026-09-01T10:00:00+00:00", **more: Any) -> dict[str, Any]:
    author = {"name": "kim", "nickname": "Kim L."}
    return {"timestamp": time, "content": content, "author": author, **more}


def test_a_channel_is_one_article_a_day(tmp_path: Path) -> None:
    second = post("It opens in May.", "2026-09-02T09:00:00+00:00")
    path = put_json(tmp_path / "chat.json", discord(post("Orm signed.\nRent is 5."), second))
    (first, other), _ = read(path)
    assert (first.id, first.title, first.source) == ("chat#2026-09-01", "news, 2026-09-01", "Deals")
    assert first.published == "2026-09-01T10:00:00+00:00"
    assert blocks(first) == [("speaker", "Kim L.: Orm signed."), ("paragraph", "Rent is 5.")]
    assert blocks(other) == [("speaker", "Kim L.: It opens in May.")]


@pytest.mark.parametrize(
    "more",
    [
        {"forwardedMessage": {"content": "Orm signed."}},
        {"message_snapshots": [{"message": {"content": "Orm signed."}}]},
        {"embeds": [{"description": "Orm signed."}]},
    ],
)
def test_forwarded_and_embedded_texts_are_quotes(tmp_path: Path, more: dict[str, Any]) -> None:
    [article], _ = read(put_json(tmp_path / "chat.json", discord(post("", **more))))
    assert blocks(article) == [("quote", "Orm signed.")]


def test_struck_words_and_notices_are_left_out(tmp_path: Path) -> None:
    join = post("joined the server", type="GuildMemberJoin")
    path = put_json(tmp_path / "chat.json", discord(post("It is ~~5~~ **6**."), join))
    [article], _ = read(path)
    assert article.text == "Kim L.: It is 6."
    reasons = {omission.reason for omission in article.omitted}
    assert reasons == {"withdrawn text", "notice of the chat program"}


def test_a_chat_without_text_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text")
    put_json(tmp_path / "chat.json", discord(post("")))
    articles, report = read(tmp_path)
    assert [article.id for article in articles] == ["a"]
    assert report.skipped["a chat without a text"].count == 1


# --- Slack ----------------------------------------------------------------------------------


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "text": text, "ts": "1785830400.0002", **more}


def test_a_slack_export_is_read_with_the_names_of_its_users(tmp_path: Path) -> None:
    put_json(tmp_path / "users.json", [{"id": "U1", "profile": {"real_name": "Kim Lund"}}])
    put_json(tmp_path / "channels.json", [{"id": "C1", "name": "deals", "members": ["U1"]}])
    put_json(tmp_path / "integration_logs.json", [{"user_id": "U1", "service_type": "x"}])
    lines = [
        said("See <https://orm.example|the site>, <@U1>: 5 &lt; *6* ~7~"),
        said("joined", subtype="channel_join"),
        said("A bot.", user=None, username="Wire"),
    ]
    put_json(tmp_path / "deals" / "2026-08-04.json", lines)
    [article], report = read(tmp_path)
    assert (article.id, article.title) == ("deals/2026-08-04", "deals, 2026-08-04")
    assert article.published == "2026-08-04T08:00:00+00:00"
    assert blocks(article) == [
        ("speaker", "Kim Lund: See the site, @Kim Lund: 5 < 6"),
        ("speaker", "Wire: A bot."),
    ]
    assert report.skipped["a list of a Slack export"].count == 3


def test_without_users_the_ids_are_the_names(tmp_path: Path) -> None:
    [article], _ = read(put_json(tmp_path / "deals" / "d.json", [said("About ~5 and ~6.")]))
    assert article.text == "U1: About ~5 and ~6."
    assert article.title == "deals, 2026-08-04"


def test_users_are_not_read_through_a_link(tmp_path: Path) -> None:
    users = put_json(tmp_path / "out" / "users.json", [{"id": "U1", "name": "Kim"}])
    path = put_json(tmp_path / "in" / "deals" / "d.json", [said("Hello.")])
    (tmp_path / "in" / "users.json").symlink_to(users)
    [article], _ = read(path)
    assert article.text == "U1: Hello."


def test_a_file_with_the_name_of_a_list_may_hold_articles(tmp_path: Path) -> None:
    [article], _ = read(put_json(tmp_path / "users.json", [{"text": "Orm has users."}]))
    assert article.text == "Orm has users."


# --- invariants -----------------------------------------------------------------------------

_NAMES = st.sampled_from(
    "text content body title source url published ts id guid type user messages channel author name"
    " timestamp forwardedMessage message_snapshots embeds fields attachments articles items".split()
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("1785830400.1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(content=_values)
def test_any_json_gives_articles_or_errors(content: object) -> None:
    folder = SlackFolder(Path("/nowhere/channel/users.json"), {})
    for found in read_content(content, "a", "a.json", folder):
        assert isinstance(found, Article | SourceError | Skipped)
