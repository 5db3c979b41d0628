"""The program `ecp`: runs one command or opens the console, and turns whatever went wrong into words and a code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from backend.contract.served import Served
from ecp_tui.commands import ecp

_USAGE = 2
_CANCELLED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Never a traceback: a usage error is 2, a cancelled command 130, everything unforeseen a 9000 with its log."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None, served: Served | None = None) -> int:
    """Runs `ecp ARGUMENTS`; `served` says what its opening said, where it runs for somebody over SSH."""
    try:
        return int(ecp.main(arguments, prog_name="ecp", standalone_mode=False, obj=served) or 0)
    except click.UsageError as error:
        error.show()
        if isinstance(error, click.NoSuchOption):
            from ecp_tui.commands.by_sftp import explanation  # only an unknown option needs it

            click.echo(explanation(error), nl=False, err=True)
        return _USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Cancelled.", err=True)
        return _CANCELLED
    except BrokenPipeError:
        # The reader (head, less) has gone; so that closing standard output does not fail a second time:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from ecp_tui.commands.mishaps import report  # what only a mishap needs is loaded by a mishap

        return report(error, kept=served is None)


if __name__ == "__main__":
    main()
