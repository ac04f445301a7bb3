"""The commands of `dealbot`: their modules, a line about each, and examples of right usage.

`dealbot --help` reads the lines from here, because importing all commands takes seconds.
"""

from typing import NamedTuple


class Listed(NamedTuple):
    """The module of a command, imported on demand, and the line that `dealbot --help` shows."""

    module: str
    summary: str


COMMANDS = {
    "ask": Listed("bot.commands.ask", "Answer a question with the exact sentences that prove it."),
    "check": Listed("bot.commands.check", "Check each sentence of a text against the articles."),
    "completion": Listed("bot.commands.completion", "Print the completion script for a shell."),
    "doctor": Listed("bot.commands.doctor", "Check the installation; say how to fix problems."),
    "eval": Listed("bot.commands.eval", "Measure the answers to a file of questions."),
    "index": Listed("bot.commands.index", "Build, inspect, verify and roll back the index."),
    "insights": Listed("bot.commands.insights", "Show what people ask and what gets no answer."),
    "latest": Listed("bot.commands.latest", "List what is new, newest first."),
    "model": Listed("bot.commands.model", "Adopt encoders, and list them."),
    "prompts": Listed("bot.commands.prompts", "List and print the bot's texts."),
    "rank": Listed("bot.commands.rank", "Score given sentences against questions."),
    "repl": Listed("bot.commands.repl", "Ask questions at a prompt or from a pipe."),
    "run": Listed("bot.commands.run", "Run the Discord bot."),
    "search": Listed("bot.commands.search", "Show what retrieval finds for a question."),
    "show": Listed("bot.commands.show", "Print the stored text of an article."),
    "source": Listed("bot.commands.source", "Manage sources that update themselves."),
    "store": Listed("bot.commands.store", "Inspect and maintain the Discord bot's data."),
    "timeline": Listed("bot.commands.timeline", "List what happened, oldest first."),
}
EXAMPLES = {
    "": 'dealbot ask "Who invests in OpenAI?"',
    "ask": 'dealbot ask "Who invests in OpenAI?"',
    "check": 'dealbot check "Nvidia invests in OpenAI."',
    "completion": "dealbot completion bash",
    "doctor": "dealbot doctor",
    "eval": "dealbot eval questions.jsonl",
    "index": "dealbot index build",
    "index build": "dealbot index build --articles articles",
    "insights": "dealbot insights --days 7",
    "latest": "dealbot latest --since Monday",
    "model": "dealbot model list",
    "prompts": "dealbot prompts list",
    "prompts show": "dealbot prompts show abstained",
    "rank": "dealbot rank --batch questions.jsonl --json",
    "repl": "dealbot repl",
    "run": "dealbot run --log-level info",
    "search": 'dealbot search "Who invests in OpenAI?" -k 5',
    "show": "dealbot show 01-what-was-announced --json",
    "source": "dealbot source list",
    "store": "dealbot store info",
    "store backup": "dealbot store backup backup.sqlite",
    "store restore": "dealbot store restore backup.sqlite",
    "store copy": "dealbot store copy data/dealbot.sqlite postgresql://dealbot@localhost/bot",
    "store export": "dealbot store export --user 80351110224678912",
    "store forget": "dealbot store forget --user 80351110224678912",
    "timeline": 'dealbot timeline "the investment"',
}


def example_of(command: str) -> str:
    """Return an example of the command with this path, such as "store backup", or of the nearest
    group above it."""
    while command not in EXAMPLES:
        command = command.rpartition(" ")[0]
    return EXAMPLES[command]
