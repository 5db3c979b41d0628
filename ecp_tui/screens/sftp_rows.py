"""The rows of SFTP access: the five steps, keys, addresses and what is asked for; and the whole of each in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.content import Content

from backend.contract.messages import ChangeRequest, SftpAccessPage, SftpAddressRow, SftpKeyRow, SftpStep
from backend.contract.rules.public_keys import fingerprint_end
from ecp_tui import wording
from ecp_tui.request_wording import checkers
from ecp_tui.screens.context import Context
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.table import Column, Row, row

COLUMNS: Final = (
    Column("", 12),
    Column("", 16, grows=True),
    Column("", 14, 2),
    Column("", 12, 3),
    Column("", 14, 1),
)
_PREFIX, _TAIL = "SHA256:", 8
_HIDDEN: Final = "·"
_DAY: Final = 86400
_WIDE: Final = 116
"""Cells from which on a fingerprint is shown whole."""
_ACTS: Final = {
    2: "Enter registers a key.",
    3: "Enter registers an address.",
    4: "Enter shows the connection.",
    5: "Enter shows the folders.",
}
"""What Enter does on a step, by its number."""
_OPEN: Final = ("draft", "submitted", "returned")


def short(fingerprint: str) -> str:
    """As a list shows it: by the last 8 characters, which its checker types."""
    return f"{_PREFIX}…{fingerprint[-_TAIL:]}"


def said(network: str) -> str:
    """A single address without its length."""
    address, _, length = network.partition("/")
    return address if length == ("128" if ":" in address else "32") else network


def day_of(context: Context, instant: datetime) -> str:
    """7 Jun 2023."""
    local = context.here(instant)
    return f"{local.day} {local:%b %Y}"


@dataclass(frozen=True, slots=True)
class AccessRows:
    """One page of SFTP access as rows and words."""

    page: SftpAccessPage
    context: Context
    width: int = 80

    def rows(self) -> list[Row]:
        live = sum(key.state in ("live", "expiring") for key in self.page.keys)
        rows = [self._step(step) for step in self.page.steps]
        rows += [_gap("keys"), _heading("Keys", f"{live} of 3 live")]
        rows += [self._key(key) for key in self.page.keys] or [_none()]
        rows += [_gap("addresses"), _heading("Addresses", "where SFTP may come from")]
        rows += [self._address(one) for one in self.page.addresses]
        rows += [] if self.page.covered else [self._here()]
        if self.page.requests:
            rows += [_gap("requests"), _heading("Requests", "applied once a checker approved them")]
            rows += [self._request(one) for one in self.page.requests]
        return rows

    def _step(self, step: SftpStep) -> Row:
        sign = SIGNS[step.state]
        title = (f"{step.title:<25}", sign.style if step.state == "next" else "")
        line = Content.assemble((f"  {sign.glyph} ", sign.style), f"{step.section:<7}", title, (step.words, "$muted"))
        return row(f"step/{step.number}", line, wide=True)

    def _key(self, key: SftpKeyRow) -> Row:
        sign = SIGNS[key.state]
        state = Content.styled(f"  {sign.glyph} {sign.word}", sign.style)
        days = self._days(key.registered) if key.registered else None
        age = "" if days is None else f"{wording.count(days, 'day')} old" if days > 0 else "new today"
        until = f"to {day_of(self.context, key.expires)}" if key.state != "revoked" else ""
        dim = key.state in ("expired", "revoked")
        called = key.fingerprint if self.width >= _WIDE else short(key.fingerprint)
        return row(f"key/{key.fingerprint}", state, called, key.type, age, until, dim=dim)

    def _address(self, one: SftpAddressRow) -> Row:
        words = f"   since {day_of(self.context, one.registered)}" if one.registered else ""
        sign = SIGNS["live"]
        line = Content.assemble((f"  {sign.glyph} ", sign.style), f"{said(one.network):<22}", (words, "$muted"))
        return row(f"net/{one.network}", line, wide=True)

    def _here(self) -> Row:
        sign = SIGNS["attention"]
        line = Content.assemble(
            (f"  {sign.glyph} ", sign.style), f"{self.page.your_address:<22}", ("   you come from here: ", "$muted")
        )
        return row("here", line, Content.styled("not registered", sign.style), wide=True)

    def _request(self, one: ChangeRequest) -> Row:
        sign = SIGNS[one.state]
        state = (f"  {sign.glyph} {sign.word:<10}", sign.style)
        others = " or ".join(who.login_id for who in one.checkers)
        who = f"   for {others}" if others and one.state == "submitted" else ""
        if one.checker_name and one.state not in _OPEN:
            who = f"   by {one.checker_name}"
        line = Content.assemble(state, f" {one.id}  {one.title}", (who, "$muted"))
        return row(f"req/{one.id}", line, dim=one.state not in _OPEN, wide=True)

    # ── the whole of one row ─────────────────────────────────────────────────────────────────────────────────

    def whole(self, key: str) -> Content:
        """What stands below the list for the row under the cursor."""
        kind, _, which = key.partition("/")
        lines: list[str] = []
        if kind == "step":
            lines = [line for step in self.page.steps if str(step.number) == which for line in self._step_lines(step)]
        elif kind == "key":
            lines = [line for one in self.page.keys if one.fingerprint == which for line in self._key_lines(one)]
        elif kind == "net":
            covers = which in [one.network for one in self.page.addresses] and self.page.covered
            lines = [f"SFTP may come from {said(which)}.", f"You come from {self.page.your_address}." if covers else ""]
        elif kind == "here":
            lines = [f"You come from {self.page.your_address}, which is not registered.", "Enter registers it."]
        elif kind == "req":
            lines = [line for one in self.page.requests if str(one.id) == which for line in self._request_lines(one)]
        return Content("\n".join(line for line in lines if line))

    def _step_lines(self, step: SftpStep) -> Iterator[str]:
        guide = f"User guide, section {step.section}."
        if step.number == 1 and step.state != "done":
            yield f"Ask {self._administrators()} to grant EU_ECPSFTP. {guide}"
            return
        yield step.words
        yield f"{_ACTS.get(step.number, '')} {guide}".strip()

    def _administrators(self) -> str:
        known = self.context.me.delegated_administrators if self.context.me else ()
        return " or ".join(f"{one.name} ({one.login_id})" for one in known) or "your delegated administrators"

    def _key_lines(self, key: SftpKeyRow) -> Iterator[str]:
        yield key.fingerprint
        since = f", registered {day_of(self.context, key.registered)}" if key.registered else ""
        yield f"{key.type} {key.comment}".strip() + since
        left = -self._days(key.expires)
        if key.state == "revoked":
            yield "It is revoked and never taken again."
        elif key.state == "expired":
            yield f"It expired {wording.count(-left, 'day')} ago."
        else:
            yield f"It expires in {wording.count(left, 'day')}. Enter replaces it by a new one."

    def _request_lines(self, one: ChangeRequest) -> Iterator[str]:
        made = f"Made by {one.maker_name} ({one.maker}) {wording.when(one.made, self.context.zone).strip()}"
        me = self.context.me
        waits = f", for {checkers(one)} to check" if one.state == "submitted" else ""
        yield f"{made}{waits}."
        mine = me is not None and me.login_id in (one.maker, one.subject)
        if one.state == "submitted" and one.kind == "register-key" and mine:
            yield end_words(one)
        yield f"Reason: {one.reason}" if one.reason else ""

    def _days(self, instant: datetime) -> int:
        return int((self.context.now() - instant).total_seconds() // _DAY)


def end_words(one: ChangeRequest) -> str:
    """The end of the fingerprint for the checker; the server shows it to the maker alone."""
    end = next((fingerprint_end(line.after) for line in one.lines if line.after.startswith(_PREFIX)), "")
    if not end or _HIDDEN in end:
        return "Its checker needs the end of the fingerprint: its maker sees the last 8 characters."
    return f"tell your checker the last 8 characters: {end}"


def _none() -> Row:
    return row("key/", "  none yet: n registers one", dim=True, wide=True)


def _gap(name: str) -> Row:
    return row(f"gap/{name}", "", heading=True)


def _heading(title: str, facts: str) -> Row:
    return row(f"heading/{title}", title, Content.styled(f"   {facts}", "$muted not bold"), heading=True)
