"""The token: read from a variable or a file, and never shown."""

from pathlib import Path

import pytest

from bot.commands.token import application_in, read_token
from bot.domain.errors import TokenError


@pytest.fixture(autouse=True)
def _neither_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_from_the_variable_or_from_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(" abc.def\n")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(file))
    assert read_token() == "abc.def"
    monkeypatch.setenv("DISCORD_TOKEN", "ghi")
    with pytest.raises(TokenError, match="unset one of them"):
        read_token()
    monkeypatch.delenv("DISCORD_TOKEN_FILE")
    assert read_token() == "ghi"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"secret of somebody", b"secret\nsecret", b"\xff\xfe", b"secret" * 9999]
)
def test_a_file_that_holds_no_token_is_told_without_what_it_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(file))
    with pytest.raises(TokenError) as told:
        read_token()
    assert str(file) in told.value.user_message
    assert "secret" not in told.value.user_message


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "gone"))
    with pytest.raises(TokenError, match="gone, which DISCORD_TOKEN_FILE names, cannot be read"):
        read_token()


@pytest.mark.parametrize(
    ("token", "application"),
    [("MTIzNDU2Nzg5MDEyMzQ1Njc4.Gx.abc", "123456789012345678"), ("fake.token", ""), ("é", "")],
)
def test_the_application_of_a_token(token: str, application: str) -> None:
    assert application_in(token) == application
