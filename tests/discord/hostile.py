"""Hypothesis strategies and examples of hostile text."""

from hypothesis import strategies as st

PIECES = (
    *"\\`*_~|<>[]()#@:/.-+&!1aé \n\t\0\x1b\u202e\u2066\u200b\u200d\ufe0f\ufeff\ud800",
    *("**", "__", "~~", "||", "```", "``", ">>> ", "> ", "# ", "### ", "-# ", "- ", "1. ", "12) "),
    *("@everyone", "@here", "<@123456789012345678>", "<@!1>", "<@&123456789012345678>", "<#1>"),
    *("<t:1700000000:R>", "</ask:123456789012345678>", "<a:wave:1>", "<:x:1>", "<id:customize>"),
    *("https://evil.example/a_b", "<https://evil.example>", "[a](https://evil.example)", "](x)"),
    *("discord.gg/abc", "DISCORD.com/invite/abc", "disc\u200bord.gg/abc", "discordapp.com/a", ":"),
    *("@every\u200bone", ":tada:", "steam://run", "¯\\_(ツ)_/¯", "&lt;", "\\[", "x" * 40, "\u3164"),
    *(
        "مرحبا",
        "שלום",
        "👩‍🍳",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🇩🇪",
        "🚲" * 30,
        "e\u0301",
        "a" + "\u0301" * 40,
        "word ",
        "$100 billion. ",
    ),
)

hostile = st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60)

FLOODS = tuple(
    unit * (4000 // len(unit))
    for unit in (
        *("\\", "`", "*", "_", ">", "#", "- ", "1. ", "> ", "```", "|", "[", "]", "<", ":", "@"),
        *(
            "🚲",
            "👩‍🍳",
            "👩\u200d",
            "a\u0301",
            "\u200b",
            "\u202e",
            "word ",
            "Word. ",
            "x",
            "שלום ",
            "\n",
        ),
        *("@everyone ", "https://evil.example/ ", "[a](https://evil.example) ", "discord.gg/abc "),
        *("\ud800", "🇩🇪", "\u1100", "\u0600"),
    )
)
