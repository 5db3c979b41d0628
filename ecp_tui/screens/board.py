"""The board: who has filed, and who has not; a line for each folder and input date, the next cut-off first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Arrivals, Board, BoardLine, Obligation
from ecp_tui import wording
from ecp_tui.obligation_wording import NOT_FILED, at, counts, filed, left, over
from ecp_tui.screens.all_obligations import all_of, save_obligations
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.deadline_forms import ExtendForm
from ecp_tui.screens.obligations import ObligationsScreen
from ecp_tui.screens.proposing import reviewed, why_not_propose
from ecp_tui.screens.receipt import ASKING
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.sparkline import Sparkline
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("Folder", 7),
    Column("Input date", 10, 2),
    Column("Cut-off", 12, 1, right=True),
    Column("Filed", 8, 3),
    Column("", 12, grows=True),
    Column("Title", 36, 4),
)
_PAUSE: Final = 0.15
_NAMED: Final = 60
"""How many who have not filed are named at most; the next page has all of them."""
_MORE: Final = 24
"""Cells that the words for all others take."""


class BoardScreen(EcpScreen):
    """Every line with its counts in words; below the list, who is missing on the line of the cursor."""

    CSS_PATH: ClassVar = "board.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("change", "save", "copy_row")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "change", "save", "back")
    POLL: ClassVar[float | None] = 5.0
    HELP_TOPIC: ClassVar[str] = "board"
    where = "Operator › Board"

    def __init__(self) -> None:
        super().__init__()
        self._board: Board | None = None
        self._waiting: tuple[Obligation, ...] = ()
        self._arrivals: Arrivals | None = None
        self._told: tuple[str, date] | None = None
        """Which line the two above are about."""

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled("Board", "bold"), id="title", classes="title")
        yield Table(_COLUMNS, id="lines", empty=ASKING)
        yield Words(id="line", classes="title")
        with Horizontal(id="came"):
            yield Sparkline(id="arrivals")
            yield Words(id="so-far")
        yield Words(id="who")

    def on_mount(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> Table:
        return self.query_one("#lines", Table)

    @property
    def _here(self) -> BoardLine | None:
        key = self._table.here_key
        lines = self._board.lines if self._board is not None else ()
        return next((one for one in lines if _key(one) == key), None)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        self._board = await self.context.client.board(background=background)
        self._show()
        await self._ask_about(self._here, background=background)

    async def _ask_about(self, line: BoardLine | None, *, background: bool) -> None:
        """Who has not filed on a line, and how the others came in."""
        if line is None:
            self._waiting, self._arrivals, self._told = (), None, None
        else:
            client = self.context.client
            page = await client.obligations(
                folder=line.folder, input_date=line.input_date, states=NOT_FILED, limit=_NAMED, background=background
            )
            arrivals = await client.arrivals(line.folder, line.input_date, background=background)
            self._waiting, self._arrivals, self._told = page.items, arrivals, (line.folder, line.input_date)
        self._show_line()

    def on_table_moved(self) -> None:
        self._show_line()
        self.run_worker(self._look_closer(), group="line", exclusive=True, exit_on_error=False)

    async def _look_closer(self) -> None:
        """Only at the line where the cursor comes to rest."""
        await asyncio.sleep(_PAUSE)
        if not self.is_running:  # the page was left meanwhile
            return
        self.ask(self._ask_about(self._here, background=True), group="about", quiet=True)

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        if self._board is None:
            return
        lines = self._board.lines
        missing = sum(line.missing for line in lines)
        facts = f"   {wording.count(len(lines))} open"
        late = Content.styled(f" · ✕ {wording.count(missing)} missing", "$error not bold") if missing else Content("")
        title = Content.assemble(("Board", "bold"), (facts, "$muted not bold"), late)
        self.query_one("#title", Words).update(title)
        self._table.empty = "Nothing is open: no folder has a cut-off in these days."
        now = self._board.now
        ahead, behind = [one for one in lines if one.cut_off >= now], [one for one in lines if one.cut_off < now]
        self._table.show([*self._part("Next", ahead), *self._part("Over", behind, gap=bool(ahead))])
        self._show_line()

    def _part(self, heading: str, lines: Sequence[BoardLine], *, gap: bool = False) -> list[Row]:
        rows = [row(f"gap/{heading}", "", heading=True)] if gap and lines else []
        rows += [row(f"part/{heading}", heading, heading=True)] if lines else []
        return [*rows, *map(self._row, lines)]

    def _row(self, line: BoardLine) -> Row:
        return row(
            _key(line),
            line.folder,
            line.input_date.isoformat(),
            at(line.cut_off, self.context.zone, self.context.now()),
            filed(line),
            _counted(line),
            Content.styled(line.title, "$muted"),
        )

    def _show_line(self) -> None:
        """The line of the cursor: what is there to say at once; who it is about comes with the answer."""
        line = self._here
        told = line is not None and self._told == (line.folder, line.input_date)
        arrivals = self._arrivals if told else None
        came = (arrivals.bins, arrivals.ahead, over(arrivals)) if arrivals is not None else ((), 0, 0)
        self.query_one(Sparkline).show(*came)
        self.query_one("#line", Words).update(self._headline(line) if line is not None else Content(""))
        self.query_one("#so-far", Words).update(self._so_far(arrivals) if arrivals is not None else Content(""))
        self.query_one("#who", Words).update(self._waited_for(line) if line is not None and told else Content(""))
        zone = wording.zone_name(self.context.now(), self.context.zone)
        self.say(f"the next cut-off first · Enter opens who filed and who not · times {zone}")
        self.show_keys()

    def _headline(self, line: BoardLine) -> Content:
        now = self.context.now()
        extended = ", extended" if line.extended else ""
        closes = ", nothing after it" if line.closes else ""
        until = at(line.cut_off, self.context.zone, now)
        facts = f"   cut-off {until}{extended}, {left(line.cut_off, now)}{closes}"
        return Content.assemble((f"{line.folder} {wording.day(line.input_date)}", "bold"), (facts, "$muted not bold"))

    def _so_far(self, arrivals: Arrivals) -> Content:
        begins, now = self.context.here(arrivals.begins), self.context.now()
        since = f"{begins:%H:%M}" if begins.date() == now.date() else f"{begins.day} {begins:%b}"
        when = f" since {since}" if begins < now else ""
        return Content.styled(f"  {arrivals.filed} of {arrivals.owed} filed{when}", "$muted")

    def _waited_for(self, line: BoardLine) -> Content:
        """The answer to "who has not filed": names, as many as there is room for."""
        waiting = line.due + line.missing
        if not waiting:
            done = SIGNS["received"]
            return Content.assemble((f"{done.glyph} ", done.style), "Nobody is waited for.")
        sign = SIGNS["missing" if line.missing else "due"]
        said = f"{sign.glyph} Not filed ({wording.count(waiting)}): "
        who = self.query_one("#who").size
        names, room = [], who.width * who.height - wording.cells(said) - _MORE
        for one in self._waiting:
            name = f"{one.identity_code} {one.identity_name}"
            room -= wording.cells(name) + 2
            if room < 0:
                break
            names.append(name)
        more = waiting - len(names)
        rest = f"{' and ' if names else ''}{wording.count(more)} more: Enter" if more > 0 else ""
        return Content.assemble((said, f"bold {sign.style}"), f"{', '.join(names)}{rest}")

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_line)

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key in ("change", "copy_row", "save") and self._here is None:
            return "There is no line here."
        return why_not_propose(self) if key == "change" else super().reason(key)

    def hint_word(self, key: str) -> str:
        return {"change": "extend", "save": "export"}.get(key, "")

    def on_table_opened(self) -> None:
        if (line := self._here) is not None:
            self.open(ObligationsScreen(line.folder, line.input_date))

    def action_change(self) -> None:
        if (line := self._here) is not None:
            self.open(ExtendForm(reviewed(self), line.folder, line.input_date, line.cut_off))

    def action_copy_row(self) -> None:
        if (row_ := self._table.here) is not None:
            self.copy("\t".join(cell.plain.strip() for cell in row_.cells))

    def action_save(self) -> None:
        """Everybody's state on the line of the cursor, as CSV or JSON."""
        if (line := self._here) is not None:
            self.ask(self._save(line), group="save")

    async def _save(self, line: BoardLine) -> None:
        items = await all_of(self, folder=line.folder, input_date=line.input_date)
        save_obligations(self, f"{line.folder}-{line.input_date}", items)


def _key(line: BoardLine) -> str:
    return f"{line.folder}/{line.input_date}"


def _counted(line: BoardLine) -> Content:
    """✕ 3 missing  ! 1 late: what needs somebody first, each with its sign and word."""
    parts = [(f"{SIGNS[state].glyph} {words}", SIGNS[state].style) for state, words in counts(line)]
    parts += [("extended", "$muted")] if line.extended else []
    return Content("  ").join([Content.styled(*part) for part in parts])
