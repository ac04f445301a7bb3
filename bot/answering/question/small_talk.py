"""Small talk: messages that do not ask about the articles. They get a friendly reply without a
search."""

import re

# The whole message must match: "Hello, who runs Nvidia?" is a question.
_NAME_OF_BOT = r"(?:\s+(?:there|all|everyone|folks|bot|dealbot|again))?"
_KINDS = {
    "greeting": rf"(?:hi|hiya|hello|hey|howdy|yo|greetings|what'?s up|sup|"
    r"good (?:morning|afternoon|evening|day)|how are you(?: doing)?(?: today)?)"
    rf"{_NAME_OF_BOT}",
    "help": r"(?:help(?: me)?|what can you do|what do you do|who are you|what are you|"
    r"how do(?:es)? (?:you|this|it) work)(?: please)?",
    "thanks": r"(?:ok(?:ay)?,?\s+)?(?:thanks|thank you|thx|ty|cheers|many thanks|much appreciated)"
    r"(?:\s+(?:a lot|so much|very much|again|bot|dealbot|for (?:your|the) help))*",
    "farewell": rf"(?:bye|goodbye|good night|see (?:you|ya)(?: later)?|cya|later){_NAME_OF_BOT}",
    "request": r"(?:please\s+)?(?:can you |could you |will you )?(?:please\s+)?"
    r"(?:write|compose|draw|sing|tell|generate|make|create)(?: me| us)? (?:an?|some)(?: \w+)?"
    r" (?:poem|song|story|joke|haiku|essay|picture|image|rap|limerick)s?"
    r"(?: (?:about|for|in|on|with) [^.?!\n]*)?",
}
_COMPILED = {
    kind: re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE | re.DOTALL)
    for kind, pattern in _KINDS.items()
}


def small_talk(message: str) -> str | None:
    """Return the kind of small talk of the message, else None. The kind is the name of the reply
    text in prompts/."""
    for kind, pattern in _COMPILED.items():
        if pattern.fullmatch(message):
            return kind
    return None
