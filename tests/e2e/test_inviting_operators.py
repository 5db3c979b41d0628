"""The operator's first people, and break-glass: by ecpd's own commands."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

import backend.__main__ as program
from backend.adapters.database import tables
from backend.adapters.one_time_codes import code, step_at
from backend.adapters.passwords import Argon2Passwords
from backend.contract.messages import BeginEnrolment, ConfirmEnrolment, SignIn
from backend.core.accounts import Account
from backend.core.client_connect.operators import Operators
from backend.settings import load
from backend.wiring import Platform, open_platform
from tests.e2e.test_operating import OPERATORS
from tests.world import open_world

PASSWORD = "seven lanterns over a quiet harbour"
CODE = re.compile(r"(OPER0\d) \(.*\) begins with: ecp recover (\S+) --server (\S+)")


def ecpd(*words: str | Path) -> Result:
    return CliRunner().invoke(program.main, [str(word) for word in words])


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextmanager
def opened(data_dir: Path) -> Iterator[Platform]:
    platform = open_platform(load({"data_dir": data_dir}, {}), hasher=Argon2Passwords(memory_kib=64, passes=1))
    try:
        yield platform
    finally:
        platform.close()


def codes_in(output: str) -> dict[str, str]:
    return {login_id: typed for login_id, typed, _ in CODE.findall(output)}


def operators(data_dir: Path) -> dict[str, Account]:
    with opened(data_dir) as platform:
        return {one.login_id: one for one in platform.operators.standing()}


def begin(platform: Platform, login_id: str, typed: str) -> str:
    """What an invited operator does; returns the session's token."""
    services = platform.services
    enrolment = services.enrolment.begin(BeginEnrolment(code=typed, password=PASSWORD), "console", "127.0.0.1")
    seed, step = b32decode(enrolment.secret), step_at(datetime.now(UTC))
    first = ConfirmEnrolment(code=typed, password=PASSWORD, otp=code(seed, step - 1))
    services.enrolment.confirm(first, "console", "127.0.0.1")
    form = SignIn(
        transaction=services.sign_in.begin().transaction, login_id=login_id, password=PASSWORD, otp=code(seed, step)
    )
    ticket = services.sign_in.sign_in(form, "console", "127.0.0.1")
    return services.sessions.open(ticket.ticket, "127.0.0.1").token


# ── init ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_init_invites_two_operators_and_makes_no_other_account(data_dir: Path) -> None:
    made = ecpd("init", "--data-dir", data_dir, *OPERATORS)
    assert made.exit_code == 0, made.output
    assert codes_in(made.output).keys() == {"OPER01", "OPER02"}
    assert "--server http://127.0.0.1:8443" in made.output and "72 hours" in made.output
    with opened(data_dir) as platform, platform.store.engine.connect() as connection:
        accounts = connection.execute(select(tables.accounts)).all()
        assert {(row.login_id, row.kind, row.state) for row in accounts} == {
            ("OPER01", "operator", "invited"),
            ("OPER02", "operator", "invited"),
        }
        assert {row.password_hash for row in accounts} == {""}


def test_the_printed_code_is_how_an_operator_begins(data_dir: Path) -> None:
    typed = codes_in(ecpd("init", "--data-dir", data_dir, *OPERATORS).output)
    with opened(data_dir) as platform:
        token = begin(platform, "OPER01", typed["OPER01"])
        assert platform.services.sessions.me(token).kind == "operator"


@pytest.mark.parametrize("named", [(), OPERATORS[:2]])
def test_init_without_two_operators_says_which_flag_and_makes_nothing(data_dir: Path, named: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "backend", "init", "--data-dir", str(data_dir), *named]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2 and '--operator "LOGIN_ID,NAME,EMAIL,PHONE"' in run.stderr
    assert not data_dir.exists()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("OPER01,Yip Ho Yin,oper02@exchange.example,+852 2211 0002", "the same login ID"),
        ("OPER02,Yip Ho Yin,Oper01@Exchange.example,+852 2211 0002", "the same e-mail"),
        ("OPER02,Yip Ho Yin,oper02@exchange.example,00852-2211-0001", "the same telephone"),
        ("OPER 02,Yip Ho Yin,oper02@exchange.example,+852 2211 0002", '"OPER 02" is no login ID'),
        ("OPER02,Yip Ho Yin,oper02,+852 2211 0002", '"oper02" is no e-mail'),
        ("OPER02,oper02@exchange.example,+852 2211 0002", "is not LOGIN_ID,NAME,EMAIL,PHONE"),
    ],
)
def test_one_person_is_not_two_operators(data_dir: Path, second: str, said: str) -> None:
    refused = ecpd("init", "--data-dir", data_dir, *OPERATORS[:2], "--operator", second)
    assert refused.exit_code == 2 and said in refused.output and not data_dir.exists()


def test_on_a_terminal_init_asks_for_operators_and_for_the_mails_sender(data_dir: Path) -> None:
    answers = [
        *("OPER01", "Kwok Lai Kuen", "not an address", "+852 2211 0001"),
        *("OPER01", "Kwok Lai Kuen", "oper01@exchange.example", "+852 2211 0001"),
        *("OPER02", "Yip Ho Yin", "oper02@exchange.example", "+852 2211 0002"),
        *("connect@exchange.example", "Exchange Connect"),
    ]
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "backend", "init", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        os.close(follower)
        os.write(leader, ("\n".join(answers) + "\n").encode())
        output, _ = run.communicate(timeout=60)
    os.close(leader)
    assert run.returncode == 0, output
    assert "is no e-mail" in output and codes_in(output).keys() == {"OPER01", "OPER02"}
    stands = load({"data_dir": data_dir}, {})
    assert (stands.mail_sender, stands.mail_name) == ("connect@exchange.example", "Exchange Connect")


def test_an_init_that_was_interrupted_before_the_operators_is_completed(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Operators, "invite_first", _interrupted)
        assert ecpd("init", "--data-dir", data_dir, *OPERATORS).exit_code != 0
    assert operators(data_dir) == {}
    again = ecpd("init", "--data-dir", data_dir, *OPERATORS)
    assert again.exit_code == 0 and len(codes_in(again.output)) == 2
    third = ecpd("init", "--data-dir", data_dir, *OPERATORS)
    assert third.exit_code == 1 and "initialised already" in third.output and not codes_in(third.output)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


# ── break-glass ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_operator_who_lost_everything_begins_anew_and_the_old_session_ends(data_dir: Path) -> None:
    typed = codes_in(ecpd("init", "--data-dir", data_dir, *OPERATORS).output)
    with opened(data_dir) as platform:
        token = begin(platform, "OPER01", typed["OPER01"])
    renewed = ecpd("operators", "invite", "--data-dir", data_dir, "oper01")
    assert renewed.exit_code == 0, renewed.output
    assert operators(data_dir)["OPER01"].state == "invited"
    with opened(data_dir) as platform:
        with pytest.raises(Exception, match="1005"):
            platform.services.sessions.me(token)
        assert begin(platform, "OPER01", codes_in(renewed.output)["OPER01"])


def test_break_glass_makes_a_third_operator_and_leaves_an_entry(data_dir: Path) -> None:
    ecpd("init", "--data-dir", data_dir, *OPERATORS)
    third = "OPER03,Lam, Wai Yee,oper03@exchange.example,+852 2211 0003"
    made = ecpd("operators", "invite", "--data-dir", data_dir, third)
    assert codes_in(made.output).keys() == {"OPER03"}
    assert operators(data_dir)["OPER03"].name == "Lam, Wai Yee"
    with opened(data_dir) as platform, platform.store.engine.connect() as connection:
        activity = tables.activity
        acts = connection.execute(select(activity).where(activity.c.act == "operator-invited")).all()
    assert [(row.subject, row.channel, row.login_id) for row in acts] == [
        ("OPER01", "server", None),
        ("OPER02", "server", None),
        ("OPER03", "server", None),
    ]


@pytest.mark.parametrize("facts", ["", ",A Name,free@exchange.example,+852 2211 0009"])
def test_break_glass_is_for_operators_alone(tmp_path: Path, facts: str) -> None:
    with open_world(tmp_path / "data"):
        pass
    for who in ("CHAN01", "WONGDA1", "AUDIT01", "RECOVER"):
        refused = ecpd("operators", "invite", "--data-dir", tmp_path / "data", f"{who}{facts}")
        assert refused.exit_code == 1 and not codes_in(refused.output), refused.output


def test_one_that_cannot_be_invited_leaves_the_others_uninvited(data_dir: Path) -> None:
    ecpd("init", "--data-dir", data_dir, *OPERATORS)
    third = "OPER03,Lam Wai Yee,oper03@exchange.example,+852 2211 0003"
    assert ecpd("operators", "invite", "--data-dir", data_dir, third, "NOBODY1").exit_code == 1
    assert operators(data_dir).keys() == {"OPER01", "OPER02"}


def test_a_suspension_ends_with_break_glass(tmp_path: Path) -> None:
    with open_world(tmp_path / "data") as world, world.platform.store.engine.begin() as connection:
        both = tables.accounts.c.login_id.in_(("OPER01", "OPER02"))
        connection.execute(update(tables.accounts).where(both).values(state="suspended", suspended_by="operator"))
    assert ecpd("operators", "invite", "--data-dir", tmp_path / "data", "OPER01").exit_code == 0
    stands = operators(tmp_path / "data")
    assert (stands["OPER01"].state, stands["OPER01"].suspended_by) == ("invited", None)
    assert stands["OPER02"].state == "suspended"


def test_everybody_who_administers_is_told(tmp_path: Path) -> None:
    with open_world(tmp_path / "data"):
        pass
    assert ecpd("operators", "invite", "--data-dir", tmp_path / "data", "OPER01").exit_code == 0
    with opened(tmp_path / "data") as platform:
        platform.mail.carry()
        letters = [path.read_text() for path in platform.mails.glob("*.eml")]
    told = {re.findall(r"^To: .*?(\w+)@", letter, re.M)[0].upper() for letter in letters if "at the server" in letter}
    assert told == {"OPER02", "WONGDA1", "LEEDA2", "HODA1", "NGDA2", "TAIDA1", "TAIDA2"}


def test_break_glass_is_refused_while_ecpd_runs(tmp_path: Path) -> None:
    with open_world(tmp_path / "data"):
        refused = ecpd("operators", "invite", "--data-dir", tmp_path / "data", "OPER01")
    assert refused.exit_code == 1 and "Another ecpd already runs" in refused.output


def test_a_printed_code_lies_nowhere_on_the_disk(data_dir: Path) -> None:
    typed = codes_in(ecpd("init", "--data-dir", data_dir, *OPERATORS).output)
    bare = [code.replace("-", "") for code in typed.values()]
    for path in (one for one in data_dir.rglob("*") if one.is_file() and one.suffix != ".eml"):
        held = path.read_bytes()
        assert not any(one.encode() in held for one in (*bare, *typed.values())), path
