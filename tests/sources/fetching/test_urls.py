"""Addresses: which may be fetched, and one spelling for each page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.fetching.agent import TOKEN, user_agent
from bot.sources.fetching.errors import FetchError
from bot.sources.fetching.urls import canonical_url, parse_url, shown


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTPS://News.Example", "https://news.example/"),
        ("https://news.example:443/a#part", "https://news.example/a"),
        ("http://news.example:8080/a", "http://news.example:8080/a"),
        ("http://news.example:443/a", "http://news.example:443/a"),
        (" https://news.example/a/../b\n", "https://news.example/b"),
        ("https://news.example/a?utm_source=x&UTM_Medium=y", "https://news.example/a"),
        ("https://news.example/a?id=1&fbclid=x&b=2", "https://news.example/a?id=1&b=2"),
        ("https://news.example/?gclid=1", "https://news.example/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://[2A00::1]/a", "http://[2a00::1]/a"),
        ("http://1.1.1.1/a", "http://1.1.1.1/a"),
        ("https://1.news/2.0", "https://1.news/2.0"),
    ],
)
def test_a_page_has_one_spelling(address: str, canonical: str) -> None:
    assert canonical_url(address) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/a?id=1&copy=2",
        "https://news.example/?12345",
        "https://news.example/a?print&id=1",
        "https://news.example/a?b=2&a=1&a=0",
        "https://news.example/a?ref=2&source=wire&uid=7&cid=9&session=3",
        "https://news.example/a?q=%E9",
        "https://news.example/a?url=https://other.example/b",
        "https://news.example/a?x=1;y=2&&z=",
        "https://news.example//a//b/",
        "https://news.example/@author/a+b;v=1(2)",
        "https://news.example/a%2Fb",
        "https://news.example/Case?Case=A",
    ],
)
def test_what_may_choose_a_page_is_kept(address: str) -> None:
    assert canonical_url(address) == address


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "does not begin with http"),
        ("news.example/feed", "does not begin with http"),
        ("ftp://news.example/", "does not begin with http"),
        ("file:///etc/hostname", "does not begin with http"),
        ("javascript:alert(1)", "does not begin with http"),
        ("https://", "names no valid host"),
        ("https:///feed", "names no valid host"),
        ("https://news example/", "names no valid host"),
        ("https://a..b/", "names no valid host"),
        (f"https://{'a' * 64}.example/", "names no valid host"),
        (f"https://{'a.' * 130}example/", "names no valid host"),
        ("https://[fe80::1%25eth0]/", "names no valid host"),
        ("http://2130706433/", "names no valid host"),
        ("http://0x7f000001/", "names no valid host"),
        ("http://127.1/", "names no valid host"),
        ("http://127.0.0.1./", "names no valid host"),
        ("http://0177.0.0.1/", "names no valid host"),
        ("https://[::1/", "is not a valid address"),
        ("https://news.example:99999/", "is not a valid address"),
        ("https://news.example:0/", "uses port 0"),
        ("https://news.example:25/", "uses port 25"),
        ("https://user:secret@news.example/", "contains a user name or password"),
        ("https://user@news.example/", "contains a user name or password"),
        ("https://news.example/a\r\nHost: b", "characters that cannot be shown"),
        ("https://news.example/\ud800", "characters that cannot be shown"),
        (f"https://news.example/{'a' * 4_000}", "is longer than 4,000 characters"),
    ],
)
def test_an_address_that_must_not_be_fetched_is_named(address: str, problem: str) -> None:
    with pytest.raises(FetchError) as caught:
        canonical_url(address)
    message = caught.value.user_message
    assert problem in message
    assert not caught.value.temporary
    assert "secret" not in message
    assert len(message) < 250


@given(st.text(max_size=50), st.sampled_from(["", "https://", "http://h/", "//", "http://[::"]))
def test_any_text_is_an_address_or_an_error(text: str, start: str) -> None:
    try:
        url = parse_url(start + text)
    except FetchError:
        return
    assert url.scheme in {"http", "https"}
    assert canonical_url(str(url)) == canonical_url(start + text)


def test_a_message_shows_no_query() -> None:
    assert shown(parse_url("https://news.example:8443/a?key=secret")) == (
        "https://news.example:8443/a"
    )
    assert shown(parse_url(f"https://news.example/{'a' * 500}")).endswith("a…")


def test_the_user_agent_is_the_one_of_robots_txt() -> None:
    name, _, rest = user_agent().partition("/")
    assert name == TOKEN
    assert rest[0].isdigit()
    assert "//" not in rest or "(+https://" in rest
