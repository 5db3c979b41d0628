"""The fields of the Submission page, what a file's name fills in, and the notes beside each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from backend.contract.faults import DISAGREE, EMPTY, NOT_UNDERSTOOD, Refused
from backend.contract.messages import Folder
from backend.contract.rules.file_names import best_template, read_name, write_name
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.draft import Draft, from_name, takers
from ecp_tui.screens.submit_path import PathField
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import ChoiceField, DateField, Field
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_FROM_NAME = "from the name"
_TAKEN = {"identity_code": "identity", "input_date": "date"}
_FIELD_OF = {"identity_code": "identity", "input_date": "input_date"}


class SubmissionForm(Form):
    """Folder, identity, input date and file. What the person chose stands; the file's name fills the rest."""

    class Edited(Message):
        """The person changed a field."""

    def __init__(self, *, local: bool = True) -> None:
        """`local`: whether the file is one of this computer."""
        super().__init__()
        self._local = local
        self.folders: list[Folder] = []
        self._chosen: set[str] = set()
        """Fields that the person filled: no name changes them unasked."""

    def compose(self) -> ComposeResult:
        yield Field("Folder", ChoiceField(id="folder"))
        yield Words(id="user-type")
        yield Field("Identity", ChoiceField(id="identity"))
        yield Field("Input date", DateField(id="input_date", placeholder="YYYY-MM-DD", max_length=10))
        how = "type, paste or ^f to browse" if self._local else "type or paste its name"
        yield Field("File", PathField(id="file", placeholder=how, local=self._local))
        with Buttons():
            yield Button("Submit", id="submit", primary=True)
            yield Button("Cancel", id="cancel")

    # ── what is on it ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def file(self) -> PathField:
        return self.query_one("#file", PathField)

    @property
    def day(self) -> DateField:
        return self.query_one("#input_date", DateField)

    def choice(self, name: str) -> ChoiceField:
        return self.query_one(f"#{name}", ChoiceField)

    @property
    def folder(self) -> Folder | None:
        code = self.choice("folder").value
        return next((folder for folder in self.folders if folder.folder == code), None)

    @property
    def draft(self) -> Draft:
        return Draft(self.file.path or Path(), self.folder, self.choice("identity").value, self.day.day)

    @property
    def named(self) -> Draft:
        """The draft as the file's name has it; the same where the name says nothing that can be chosen."""
        draft = self.draft
        drafted = from_name(draft)
        known = drafted.identity_code in dict(self.choice("identity").options)
        return drafted if self.file.path is not None and known else draft

    @property
    def about_the_name(self) -> str:
        """What a file's name should be, where it is not one that the folder takes."""
        draft, folder = self.draft, self.folder
        if folder is None:
            return " · this name fits none of your folders: choose one or rename it"
        if read_name(folder.patterns, draft.file_name) is not None or not folder.patterns:
            return ""
        code = draft.identity_code or (folder.identities[0].identity_code if folder.identities else "01234")
        name = write_name(best_template(folder.patterns, draft.file_name), code, draft.input_date or date(2026, 11, 20))
        return f" · {folder.folder} takes names such as {name}"

    @property
    def name_says_more(self) -> bool:
        """Whether F6 would change anything."""
        return self.file.path is not None and self.named != self.draft

    def disagreement(self, size: int | None) -> Refused | None:
        """What is wrong already here; a 4505 names the key that puts it right."""
        if size == 0 and not self.draft.companion:
            return Refused(EMPTY, file_name=shown(self.draft.file_name, 60))
        try:
            self.draft.request(size)
        except Refused as refused:
            if refused.fault is NOT_UNDERSTOOD:  # a field waits for the person: not wrong, not yet complete
                return None
            taken = _TAKEN.get(refused.values.get("reason", ""))
            if refused.fault is not DISAGREE or taken is None or not self.name_says_more:
                return refused
            fix = f"Press F6 to take the {taken} from the name, or choose another file."
            return Refused(DISAGREE, **{**refused.values, "fix": fix})
        return None

    def missing(self) -> tuple[str, str] | None:
        """The first field that needs the person, and what to do there."""
        if self.file.path is None:
            local = "Choose a file: type or paste its path, or press ctrl+f to browse."
            return "file", local if self._local else "Type or paste the file's name: it says the rest."
        if self.folder is None:
            return "folder", "Choose the folder: the file's name fits none of yours by itself."
        if self.choice("identity").value is None:
            return "identity", "Choose the identity that you file for."
        if self.day.day is None:
            return "input_date", "Type the input date as year-month-day, or move it with ↑ and ↓."
        return None

    # ── the person ───────────────────────────────────────────────────────────────────────────────────────────

    def on_choice_field_changed(self, event: ChoiceField.Changed) -> None:
        self._chosen.add(event.field.id or "")
        self.show_folder()
        self.post_message(self.Edited())

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "input_date":  # an empty one waits for the name
            (self._chosen.add if event.value else self._chosen.discard)("input_date")
        self.post_message(self.Edited())

    # ── filling it ───────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Fills fields without taking it for the person's choice."""
        with self.prevent(ChoiceField.Changed, Input.Changed):
            yield

    def show_folders(self, folders: Sequence[Folder]) -> None:
        """The options; a single one is chosen."""
        self.folders = [folder for folder in folders if folder.direction == "submission"]
        codes = tuple((folder.folder, f"{folder.folder}  {folder.title}") for folder in self.folders)
        with self._quietly():
            self.choice("folder").options = codes
            if len(codes) == 1:
                self.choice("folder").value = codes[0][0]
        self.show_folder()

    def take(self, wanted: Mapping[str, str]) -> None:
        """What another page asked for counts as chosen; everything else begins anew."""
        self.reset()
        fields = {"folder": "folder", "identity_code": "identity", "input_date": "input_date"}
        with self._quietly():
            for name, field in fields.items():
                control = self.query_one(f"#{field}")
                if name in wanted and isinstance(control, ChoiceField | DateField):
                    control.value = wanted[name]
                    self._chosen.add(field)
            if "path" in wanted:
                self.file.put(Path(wanted["path"]))
        self.show_folder()

    def reset(self) -> None:
        with self._quietly():
            self._chosen.clear()
            if len(self.folders) > 1:
                self.choice("folder").value = None
            self.choice("identity").value = None
            self.day.value = self.file.value = ""
        self.show_folder()

    def next_file(self) -> None:
        """Ready for another file of the same folder."""
        with self._quietly():
            self._chosen -= {"identity", "input_date"}
            self.day.value = self.file.value = ""
        self.show_folder()

    def show_folder(self) -> None:
        """Labels, options and defaults follow the folder."""
        folder = self.folder
        codes = (
            tuple((one.identity_code, f"{one.identity_code}  {one.name}") for one in folder.identities)
            if folder
            else ()
        )
        identity = self.choice("identity")
        with self._quietly():
            identity.options = codes
            if identity.value not in dict(codes):
                identity.value = codes[0][0] if len(codes) == 1 else None
            if folder and folder.default_input_date and not self.day.value and "input_date" not in self._chosen:
                self.day.value = folder.default_input_date.isoformat()
        self.row("input_date").relabel(f"Input date ({folder.input_date_meaning})" if folder else "Input date")
        self._show_user_type()

    def _show_user_type(self) -> None:
        """The FAQ's page heads the identities with their user type: "SEHK Participant"."""
        code = self.choice("identity").value
        identities = self.folder.identities if self.folder else ()
        types = dict.fromkeys(one.user_type for one in identities if code in (None, one.identity_code))
        self.query_one("#user-type", Words).update(Content(" · ".join(types)))

    def propose(self) -> None:
        """Fills from the file's name what the person has not chosen."""
        path = self.file.path
        if path is None:
            return
        with self._quietly():
            fitting = takers(self.folders, path.name)
            if "folder" not in self._chosen and len(fitting) == 1 and fitting[0] != self.folder:
                self.choice("folder").value = fitting[0].folder
                self.show_folder()
            self._put(self.named, only_unchosen=True)

    def take_from_name(self) -> None:
        """F6: identity and date as the name says, whatever was chosen."""
        with self._quietly():
            self._chosen -= {"identity", "input_date"}
            self._put(self.named)

    def _put(self, draft: Draft, *, only_unchosen: bool = False) -> None:
        if draft.identity_code and not (only_unchosen and "identity" in self._chosen):
            self.choice("identity").value = draft.identity_code
        if draft.input_date and not (only_unchosen and "input_date" in self._chosen):
            self.day.value = draft.input_date.isoformat()
        self._show_user_type()

    # ── what stands beside the fields ────────────────────────────────────────────────────────────────────────

    def row(self, name: str) -> Field:
        return next(row for row in self.query(Field) if row.control.id == name)

    def keep_in_sight(self) -> None:
        """Notes and labels move the fields in a small terminal: the one being filled stays in sight."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            self.scroll_to_widget(focused, animate=False)

    def note(self, size: int | None, wrong: Refused | None) -> None:
        """Where each value comes from, and a cross beside the one that is wrong."""
        draft = self.draft
        known = self.file.path is not None and (size is not None or not self._local)
        reading = read_name(draft.folder.patterns, draft.file_name) if draft.folder and known else None
        notes = dict.fromkeys(("folder", "identity", "input_date", "file"), Content(""))
        if reading is not None:
            if "folder" not in self._chosen and len(self.folders) > 1:
                notes["folder"] = Content(_FROM_NAME)
            if reading.identity_code is not None and reading.identity_code == draft.identity_code:
                notes["identity"] = Content(_FROM_NAME)
            if reading.input_date is not None and reading.input_date == draft.input_date:
                notes["input_date"] = Content(_FROM_NAME)
        if self.file.path is not None and not known:
            notes["file"] = _cross("no file")
        if known:
            size_words = Content(wording.size(size)) if size is not None else Content("")
            notes["file"] = _cross("4505 name") if self.about_the_name else size_words
        if self.day.value and self.day.day is None:
            notes["input_date"] = _cross("YYYY-MM-DD")
        if wrong is not None:
            notes[_FIELD_OF.get(wrong.values.get("reason", ""), "file")] = _cross(_short(wrong))
        for name, words in notes.items():
            self.row(name).note = words


def _cross(words: str) -> Content:
    return Content.styled(f"✕ {words}", "$error")


def _short(refused: Refused) -> str:
    """The wrong value in the 11 cells there are beside a field."""
    reason, named = refused.values.get("reason"), refused.values.get("in_name", "")
    if reason == "input_date":
        return f"name {date.fromisoformat(named):%d %b}"
    if refused.findings:
        return wording.count(len(refused.findings), "finding")
    return f"name {named}" if reason == "identity_code" else str(refused.number)
