"""The connection to SFTP, ready for ~/.ssh/config, and the tree it shows (user guide, 5.5 and 5.7)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import SftpAccessPage
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.save import keep
from ecp_tui.widgets.words import Words


def key_path(login_id: str) -> str:
    """Where the key lies that `ssh-keygen` is asked to make here."""
    return f"~/.ssh/ecp_{login_id.lower()}"


def ssh_config(page: SftpAccessPage, context: Context) -> str:
    """A block for ~/.ssh/config, after which `sftp ecp` connects; with the demo's own files where they are here."""
    key, known_hosts = key_path(page.login_id), ""
    if context.world is not None and context.local:
        theirs = Path(context.world.keys.get(page.login_id, ""))
        key = _quoted(theirs) if theirs.is_file() else key
        hosts = Path(context.world.known_hosts)
        known_hosts = f"    UserKnownHostsFile {_quoted(hosts)}\n" if hosts.is_file() else ""
    host_key = f"# the host key must be {page.host_key_fingerprint}\n" if page.host_key_fingerprint else ""
    return (
        f"{host_key}Host ecp\n"
        f"    HostName {page.ssh_host}\n"
        f"    Port {page.ssh_port}\n"
        f"    User {page.login_id}\n"
        f"    IdentityFile {key}\n"
        "    IdentitiesOnly yes\n"
        f"{known_hosts}"
    )


def _quoted(path: Path) -> str:
    """As ssh reads it from its configuration, where % begins a token."""
    return f'"{str(path).replace("%", "%%")}"'


class SftpConnectionScreen(EcpScreen):
    """The block as text to copy or save, the host key to compare, and below it the folders."""

    CSS_PATH: ClassVar = "sftp_connection.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy", "copy_row", "save")
    HINTS: ClassVar[tuple[str, ...]] = ("copy", "save", "back")
    HELP_TOPIC: ClassVar[str] = "SFTP"

    def __init__(self, page: SftpAccessPage, *, tree: bool = False) -> None:
        """`tree`: the folders, instead of the connection."""
        super().__init__()
        self._page, self._tree = page, tree
        self.where = "SFTP access › folders" if tree else "SFTP access › connection"

    def body(self) -> Iterable[Widget]:
        yield Words("Folder structure" if self._tree else "Connection", classes="title")
        words = "What SFTP shows, one directory an identity code (5.7)." if self._tree else _BELOW
        yield Words(words, classes="facts")
        with VerticalScroll(id="text"):
            yield Words(_tree(self._page.tree) if self._tree else Content(self._text))
            if not self._tree and self._page.host_key_fingerprint:
                yield Words(self._compare(), id="compare")

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self.say("submit takes files, receipts shows what became of them" if self._tree else "then: sftp ecp")

    @property
    def _text(self) -> str:
        if self._tree:
            return "\n".join(self._page.tree) or _NOTHING
        return ssh_config(self._page, self.context)

    def _compare(self) -> Content:
        return Content.assemble(
            ("At the first connection ssh shows the host key. Say yes only if it is\n", "$muted"),
            (self._page.host_key_fingerprint, "bold"),
        )

    def hint_word(self, key: str) -> str:
        return "copy host key" if key == "copy_row" else ""

    def reason(self, key: str) -> str:
        if key == "save" and self.context.reach == "ssh":
            return "Over SSH there is no disk of yours here: c copies it."
        return super().reason(key)

    def action_copy(self) -> None:
        self.copy(self._text)

    def action_copy_row(self) -> None:
        self.copy(self._page.host_key_fingerprint)

    def action_save(self) -> None:
        name, text = ("ecp-folders.txt", f"{self._text}\n") if self._tree else ("ecp.ssh", self._text)
        title = "Save the folders" if self._tree else "Save the ssh configuration"
        keep(self, title, name, lambda _: text.encode())


def _tree(paths: Iterable[str]) -> Content:
    """A line a folder, below its identity code, with the directories in it."""
    lines: list[Content] = []
    parts = [path.strip("/").split("/") for path in paths]
    for identity, folders in groupby(parts, lambda part: part[0]):
        lines.append(Content.styled(f"/{identity}/", "bold"))
        for folder, found in groupby(folders, lambda part: "/".join(part[1:2])):
            inside = "".join(f"{'/'.join(part[2:]) + '/':<11}" for part in found)
            lines.append(Content.assemble(f"    {folder + '/':<10}", (inside.rstrip(), "$muted")))
    return Content("\n").join(lines) if lines else Content(_NOTHING)


_NOTHING = "Nothing: EU_ECPSFTP opens no folder for this account yet."
_BELOW = "For ~/.ssh/config: c copies it, w saves it. IdentityFile is the private key."
