"""`ecp completion`: what a shell runs to complete commands and options of `ecp`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the lines that make SHELL complete commands and options.

    \b
    Examples:
      ecp completion bash >> ~/.bashrc
      ecp completion fish > ~/.config/fish/completions/ecp.fish
    """
    from ecp_tui.commands import ecp  # the tree holds this command, too

    found = get_completion_class(shell)
    if found is None:
        raise click.ClickException(f"The click that is installed completes nothing in {shell}.")
    click.echo(found(ecp, {}, "ecp", "_ECP_COMPLETE").source())
