"""`dealbot completion`: print a shell's completion script."""

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    Run eval "$(dealbot completion bash)" to complete commands in the current bash."""
    make = get_completion_class(shell)
    assert make is not None  # click has these three
    root = context.find_root().command
    click.echo(make(root, {}, "dealbot", "_DEALBOT_COMPLETE").source())
