"""A check that Discord would accept an embed, by the stricter of its two ways to count."""

import json

import discord


def counted(text: str) -> int:
    return max(len(text), len(text.encode("utf-16-le")) // 2)


def check_sendable(embed: discord.Embed) -> None:
    """Fail if the embed exceeds a limit or leaves a required text empty. Every limit is lowered by
    5 %."""
    payload = embed.to_dict()
    json.dumps(payload).encode()
    texts = [(payload.get("title"), 256), (payload.get("description"), 4096)]
    texts.append((payload.get("footer", {}).get("text"), 2048))
    texts.append((payload.get("author", {}).get("name"), 256))
    fields = payload.get("fields", [])
    assert len(fields) <= 25
    for part in fields:
        texts += [(part["name"], 256), (part["value"], 1024)]
    shown = [(text, limit) for text, limit in texts if text is not None]
    for text, limit in shown:
        assert text.strip()
        assert counted(text) <= limit * 0.95
    assert payload["description"].strip()
    assert sum(counted(text) for text, _ in shown) <= 6000 * 0.95
    if url := payload.get("url"):
        assert url.startswith(("https://", "http://"))
        assert len(url) <= 600
