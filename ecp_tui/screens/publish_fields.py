"""The fields of the Publish page: file, folder, to whom, and whether a mail tells them; the name fills what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input

from backend.contract.messages import Addressee, PublishFolder, PublishOptions
from backend.contract.rules.audiences import COMPANY, EVERYONE, USER_TYPE, audience
from backend.contract.rules.file_names import read_name
from ecp_tui import wording
from ecp_tui.publishing_wording import identities
from ecp_tui.screens.submit_path import PathField
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, Field, TextField
from ecp_tui.widgets.form import Buttons, Form

_KINDS = ((EVERYONE, "everybody"), (USER_TYPE, "one user type"), (COMPANY, "one company"), ("", "one identity"))
_NOTICES = (("no", "no"), ("yes", "yes: those who can fetch it"))
_WHICH = {USER_TYPE: "User type", COMPANY: "Company", "": "Identity"}


class PublishForm(Form):
    """What the person chose stands; the file's name says the rest."""

    class Edited(Message):
        """The person changed a field."""

    def __init__(self, *, local: bool = True) -> None:
        super().__init__()
        self._local = local
        self._options = PublishOptions(folders=(), addressees=())
        self._chosen: set[str] = set()

    def compose(self) -> ComposeResult:
        placeholder = "path, or paste it" if self._local else "the file's name"
        yield Field("File", PathField(id="file", placeholder=placeholder, local=self._local))
        yield Field("Folder", ChoiceField(id="folder"))
        yield Field("To", ChoiceField(_KINDS, id="to"))
        yield Field("Identity", TextField(id="which", max_length=40, placeholder="its code"))
        yield Field("Mail notice", ChoiceField(_NOTICES, id="notice"))
        with Buttons():
            yield Button("Review", id="review", primary=True)
            yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        with self._quietly():
            self.choice("notice").value = "no"
        self.show_whom()

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def file(self) -> PathField:
        return self.query_one("#file", PathField)

    @property
    def which(self) -> TextField:
        return self.query_one("#which", TextField)

    def choice(self, name: str) -> ChoiceField:
        return self.query_one(f"#{name}", ChoiceField)

    @property
    def folder(self) -> PublishFolder | None:
        code = self.choice("folder").value
        return next((one for one in self._options.folders if one.folder == code), None)

    @property
    def to(self) -> str | None:
        """Whom it is for, in one word; `None` while that is not said."""
        kind = self.choice("to").value
        if kind is None or kind == EVERYONE:
            return kind
        code = self.which.value.strip().upper()
        return f"{kind}{code}" if code else None

    @property
    def notice(self) -> bool:
        return self.choice("notice").value == "yes"

    @property
    def reached(self) -> list[Addressee]:
        """Those it would go to, as far as it is known here."""
        if self.to is None or self.folder is None:
            return []
        named = audience(self.to)
        return [one for one in self._able() if named.includes(one.identity_code, one.company, one.user_type)]

    def missing(self) -> tuple[str, str] | None:
        """The first field that needs the person, and what to do there."""
        if self.file.path is None:
            local = "Choose a file: type or paste its path, or press ctrl+f to browse."
            return "file", local if self._local else "Type or paste the file's name: it says the rest."
        if self.folder is None:
            return "folder", "Choose the download folder: the file's name fits none by itself."
        if self.choice("to").value is None:
            return "to", "Choose whom it is for: ↑ ↓ change it."
        if self.to is None or not self.reached:
            return "which", "Type a code that stands in this folder: → completes it."
        return None

    # ── filling it ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        with self.prevent(ChoiceField.Changed, Input.Changed):
            yield

    def show_options(self, options: PublishOptions) -> None:
        self._options = options
        with self._quietly():
            self.choice("folder").options = tuple((one.folder, f"{one.folder}  {one.title}") for one in options.folders)
        self.show_whom()

    def propose(self) -> None:
        """Fills from the file's name what the person has not chosen."""
        path = self.file.path
        if path is None:
            return
        with self._quietly():
            fitting = [one for one in self._options.folders if read_name(one.patterns, path.name) is not None]
            if "folder" not in self._chosen and len(fitting) == 1:
                self.choice("folder").value = fitting[0].folder
            reading = read_name(self.folder.patterns, path.name) if self.folder else None
            if reading is not None and reading.identity_code and "to" not in self._chosen:
                self.choice("to").value, self.which.value = "", reading.identity_code
        self.show_whom()

    def take_from_name(self) -> None:
        """F6: folder and identity as the name says, whatever was chosen."""
        self._chosen.clear()
        self.propose()

    @property
    def name_says_more(self) -> bool:
        """Whether F6 would change anything."""
        path = self.file.path
        readings = [(one.folder, read_name(one.patterns, path.name)) for one in self._options.folders] if path else []
        said = [(code, reading.identity_code) for code, reading in readings if reading is not None]
        if len(said) != 1:
            return False
        code, identity_code = said[0]
        return self.choice("folder").value != code or (identity_code is not None and self.to != identity_code)

    def next_file(self) -> None:
        """Ready for another file of the same folder."""
        with self._quietly():
            self.file.value = ""
        self.note(None, "")

    def show_whom(self) -> None:
        """The label, the completions and the notes follow what was chosen."""
        kind = self.choice("to").value
        field = self.row("which")
        field.display = kind is not None and kind != EVERYONE
        field.relabel(_WHICH.get(kind or "", "Identity"))
        self.which.suggester = SuggestFromList(self._codes(kind or ""), case_sensitive=False)
        self._note_reach()

    def _able(self) -> Sequence[Addressee]:
        types = self.folder.user_types if self.folder else ()
        return [one for one in self._options.addressees if one.user_type in types]

    def _codes(self, kind: str) -> list[str]:
        named = {USER_TYPE: "user_type", COMPANY: "company"}.get(kind, "identity_code")
        return sorted({getattr(one, named) for one in self._able()})

    def _note_reach(self) -> None:
        reached, kind = self.reached, self.choice("to").value
        words = Content(f"reaches {wording.count(len(reached))}") if reached else Content("")
        self.row("to").note = words if kind == EVERYONE else Content("")
        if kind != EVERYONE and self.to is not None:
            one = Content(identities(len(reached)) if kind else reached[0].name) if reached else None
            self.row("which").note = one if one is not None else Content.styled("✕ not here", "$error")
        else:
            self.row("which").note = Content("")

    # ── the person ───────────────────────────────────────────────────────────────────────────────────────────

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self._chosen.add(event.field.id or "")
        if event.field.id == "to":
            with self._quietly():
                self.which.value = ""
        self.show_whom()
        self.post_message(self.Edited())

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "which":
            self._chosen.add("to")
            self._note_reach()
        self.post_message(self.Edited())

    # ── what stands beside the fields ────────────────────────────────────────────────────────────────────────

    def row(self, name: str) -> Field:
        return next(row for row in self.query(Field) if row.control.id == name)

    def note(self, size: int | None, wrong: str) -> None:
        """A file's size, or a cross beside what is wrong with it."""
        words = Content(wording.size(size)) if size is not None else Content("")
        self.row("file").note = Content.styled(f"✕ {wrong}", "$error") if wrong else words

    def put(self, path: Path) -> None:
        with self._quietly():
            self.file.put(path)
