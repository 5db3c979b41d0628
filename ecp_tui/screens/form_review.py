"""The last step: each form as its document, with the team it goes to, its file's name and its SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Form, Service
from backend.contract.rules.form_documents import form_document, form_file_name, form_sha256
from backend.contract.rules.forms import TITLES, warnings
from ecp_tui import wording
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.form_draft import FORM_NAMES
from ecp_tui.screens.form_key_in import FormKeyInScreen
from ecp_tui.screens.form_page import FormPage
from ecp_tui.screens.save import keep
from ecp_tui.widgets.table import Column, Table, row
from ecp_tui.widgets.words import Words

_MARGINS = 6
NO_DISK = "Over SSH there is no disk of yours here: Enter shows it, c copies it."


class FormReviewScreen(FormPage):
    """One line a form; below it the facts of the one under the cursor."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "copy", "save")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "save", "check", "back")

    def __init__(self) -> None:
        super().__init__()
        self._forms: tuple[Form, ...] = ()
        self._files: set[Service] = set()

    def body(self) -> Iterable[Widget]:
        self.where = self.step("review", 5)
        self._forms = self.draft.forms()
        yield Words(Content.assemble("Review", (f"   {self.draft.words}", "$muted not bold")), classes="title")
        yield Table((Column("", 22), Column("", 40, grows=True)), id="forms", titles=False)
        with VerticalScroll():
            yield Words(id="whole")

    def on_mount(self) -> None:
        table = self.query_one("#forms", Table)
        table.styles.height = len(self._forms)
        table.show(
            [row(f"{form.service}", f" {FORM_NAMES[form.service]}", form_file_name(form)) for form in self._forms]
        )
        table.focus()
        self.say("not filed yet: save it, have it signed, and send it to the team")
        self.show_keys()

    @property
    def _here(self) -> Form:
        key = self.query_one("#forms", Table).here_key
        return next((form for form in self._forms if form.service == key), self._forms[0])

    def on_table_moved(self) -> None:
        within = self.app.size.width - _MARGINS
        self.query_one("#whole", Words).update(facts(self._facts(self._here), 14, within))

    def _facts(self, form: Form) -> Iterator[tuple[str, str | Content]]:
        yield "Title", Content.styled(TITLES[form.service], "bold")
        yield "Goes to", self.team(form.service)
        yield from _hash("SHA-256", form_sha256(form))
        if self.draft.received is not None:
            name, sha256 = self.draft.received
            yield "", ""
            yield "Received", name
            yield from _hash("its SHA-256", sha256)
        for warning in warnings(self._forms):
            yield "", ""
            yield "", Content.assemble(("! ", "$warning"), warning)

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _staff(self) -> bool:
        me = self.context.me
        return self.context.signed_in and me is not None and me.kind == "operator"

    def reason(self, key: str) -> str:
        if key == "check" and not self._staff:
            return "Forms are keyed in by the operator's staff: save it and send it to the team."
        if key == "save" and self.context.reach == "ssh":
            return NO_DISK
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"check": "key in", "open": "read", "copy": "copy SHA-256"}.get(key, "")

    def on_table_opened(self) -> None:
        self.open(FormDocumentScreen(self._here))

    def action_copy(self) -> None:
        self.copy(form_sha256(self._here))

    def action_save(self) -> None:
        save_form(self, self._here, self._saved)

    def _saved(self, path: Path | None) -> None:
        """Both forms have their file once the second has."""
        if path is not None:
            self._files.add(self._here.service)
            self.draft.kept = len(self._files) == len(self._forms)

    def action_check(self) -> None:
        received = self.draft.received[1] if self.draft.received else None
        self.open(FormKeyInScreen(self._forms, received))


class FormDocumentScreen(EcpScreen):
    """The document itself: what is signed and sent in."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("save", "copy")
    HINTS: ClassVar[tuple[str, ...]] = ("save", "copy", "back")
    where = "Forms › document"

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def body(self) -> Iterable[Widget]:
        with VerticalScroll(id="text"):
            yield Words(Content(form_document(self._form)))

    def on_mount(self) -> None:
        self.query_one("#text").focus()
        self.say(f"SHA-256 {' '.join(wording.hash_groups(form_sha256(self._form)))}")

    def reason(self, key: str) -> str:
        return NO_DISK if key == "save" and self.context.reach == "ssh" else super().reason(key)

    def action_save(self) -> None:
        save_form(self, self._form)

    def action_copy(self) -> None:
        self.copy(form_document(self._form))


def save_form(screen: EcpScreen, form: Form, done: Callable[[Path | None], None] | None = None) -> None:
    text = form_document(form).encode()
    title = f"Save the {FORM_NAMES[form.service]}"
    keep(screen, title, form_file_name(form), lambda _: text, done=done)


def _hash(name: str, sha256: str) -> Iterator[tuple[str, Content]]:
    groups = wording.hash_groups(sha256)
    yield name, Content.styled(" ".join(groups[:2]), "bold")
    yield "", Content.styled(" ".join(groups[2:]), "bold")
