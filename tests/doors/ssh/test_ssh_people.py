"""Sign-in by password and One-Time-Password over SSH: the same throttle, the same words, and only what was proven."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import pytest_asyncio

from backend.contract.faults import SIGN_IN_REFUSED, Refused
from backend.core.client_connect.sftp_access import RegisteredAddresses
from backend.core.rows import Unit
from backend.doors.ssh import line, visit
from backend.doors.ssh.arrival import MOST_WRONG_PASSWORDS, Arrival
from backend.doors.ssh.server import MOST_RECOVERIES_A_MINUTE
from backend.listeners import COMMANDS, CONSOLE, SFTP, Listener
from tests.doors.ssh.test_ssh_sign_in import can_only_offer, new_key
from tests.doors.ssh.typing_in import Fingers, PeopleWorld, at_screen, people_world, told
from tests.world import World

REFUSED = (asyncssh.PermissionDenied, asyncssh.DisconnectError, asyncssh.ConnectionLost)


@pytest_asyncio.fixture
async def people(world: World, tmp_path: Path) -> AsyncIterator[PeopleWorld]:
    async with people_world(world, tmp_path) as opened:
        yield opened


async def refused(people: PeopleWorld, fingers: Fingers, login_id: str = "CHAN01", **options: Any) -> list[str]:
    """What somebody was told who did not get in."""
    with pytest.raises(REFUSED):
        async with people.typing(login_id, fingers=fingers, **options):
            pass
    return fingers.told


def live_sessions(people: PeopleWorld, login_id: str = "CHAN01") -> list[tuple[str, str]]:
    actor = people.actor(login_id)
    return [(session.source, session.channel) for session in people.world.services.sessions.own(actor)]


async def test_two_prompts_open_a_session_that_lasts_as_long_as_the_connection(people: PeopleWorld) -> None:
    fingers = Fingers(people.right())
    async with people.typing("chan01", fingers=fingers) as connection, at_screen(connection) as screen:
        opening = await screen.opening()
        assert fingers.prompts == [["Password: ", "One-Time-Password: "]]
        assert (opening["login_id"], opening["page"], opening["arguments"]) == ("CHAN01", "console", None)
        assert people.world.services.sessions.me(opening["token"]).login_id == "CHAN01"
        assert live_sessions(people) == [("127.0.0.1", "console")]
        assert people.world.services.seats.of(opening["seat"]) is not None
        assert opening["fingerprint"] == people.door.fingerprint
        assert (opening["host"], opening["port"]) == ("ecp.example", people.door.port)
        screen.type(b"q")
        await screen.rest()
    await gone(people)
    assert not live_sessions(people) and people.world.services.seats.of(opening["seat"]) is None


async def gone(people: PeopleWorld) -> None:
    async with asyncio.timeout(5):
        while people.door._visits or people.door._work:
            await asyncio.sleep(0.01)


async def test_what_refuses_is_said_in_the_words_of_every_sign_in_and_one_may_try_again(people: PeopleWorld) -> None:
    wrong = Fingers(("wrong", "000000"), ("", ""), ("x" * 5000, "1"), people.right())
    async with people.typing(fingers=wrong) as connection:
        assert (await told(connection, "tell"))[0] == 0
    with pytest.raises(Refused) as raised:
        people.world.services.sign_in.sign_in(people.world.form("CHAN01", password="x"), "http", "192.0.2.1")
    assert wrong.told == [str(raised.value)] * 3


@pytest.mark.parametrize("login_id", ["NOBODY01", "é'; --", "A" * 300, "RESTBOT1"])
async def test_who_is_not_there_hears_what_who_is_wrong_hears(people: PeopleWorld, login_id: str) -> None:
    said = await refused(people, Fingers(("wrong", "000000")), login_id)
    assert len(said) == 1 and said[0].startswith("1001 Sign-in refused: ")


async def test_neither_half_is_enough_and_neither_is_told_apart(people: PeopleWorld) -> None:
    password, otp = people.right()
    halves = Fingers((password, "000000"), ("wrong", otp), (password, ""), ("", otp))
    assert set(await refused(people, halves)) == {str(Refused(SIGN_IN_REFUSED))}
    assert not live_sessions(people)


async def test_a_code_signs_in_once(people: PeopleWorld) -> None:
    right = people.right()
    async with people.typing("CHAN01", right):
        pass
    assert "1001" in (await refused(people, Fingers(right)))[0]


async def test_six_wrong_passwords_end_the_connection_and_the_throttle_counts_them(people: PeopleWorld) -> None:
    fingers = Fingers(*[("wrong", "000000")] * 20)
    said = await refused(people, fingers)
    assert len(said) == MOST_WRONG_PASSWORDS - 1 and len(fingers.answers) == 20 - MOST_WRONG_PASSWORDS
    assert [one[:4] for one in said] == ["1001"] * 5, "the fifth locks, and says so to nobody who guesses"
    assert "1002" in (await refused(people, Fingers(people.right())))[0]
    with pytest.raises(Refused, match="1002"):
        people.world.services.sign_in.sign_in(people.world.form("CHAN01"), "http", "192.0.2.1")


async def test_sixty_wrong_passwords_at_once_get_no_further_than_five(people: PeopleWorld) -> None:
    """Ten connections at a time from a source, four looked at together, five tries in all."""
    looked = 0
    hasher = people.world.platform.hasher
    verify = hasher.verify

    def counted(password: str, hashed: str | None) -> bool:
        nonlocal looked
        looked += 1
        return verify(password, hashed)

    hasher.verify = counted  # type: ignore[method-assign]  # counts
    guesses = [people.world.people["CHAN01"].password if number == 59 else f"wrong{number}" for number in range(60)]

    async def guess(password: str) -> list[str]:
        fingers = Fingers((password, "000000"))
        try:
            return await refused(people, fingers)
        except OSError:
            return fingers.told

    said = await asyncio.gather(*map(guess, guesses))
    assert looked <= 5
    assert {one[:4] for some in said for one in some} <= {"1001", "1002", "1007"}


async def test_whoever_failed_again_and_again_is_kept_out_as_with_keys(people: PeopleWorld) -> None:
    people.door._strangers.registered = RegisteredAddresses(())
    for number in range(4):
        await refused(people, Fingers(("wrong", "0")), f"NOBODY{number}")
    fingers = Fingers(people.right("LEE02"))
    with pytest.raises((*REFUSED, OSError)):
        async with people.typing("LEE02", fingers=fingers):
            pass
    assert not fingers.prompts, "no prompt is shown while a source is kept out"


async def test_a_refused_key_lets_the_client_go_on_to_the_prompts_and_counts_for_nothing(people: PeopleWorld) -> None:
    offered = asyncssh.read_private_key(people.key("ACMEBOT1"))
    await can_only_offer(offered)
    async with (
        people.typing("CHAN01", client_keys=[new_key(), offered, new_key()], public_key_auth=True) as connection,
        at_screen(connection) as screen,
    ):
        opening = await screen.opening()
    assert (opening["login_id"], opening["page"]) == ("CHAN01", "console")


async def test_an_offered_key_gives_nobody_an_identity(people: PeopleWorld) -> None:
    """The key of another is offered for their account, and cannot sign; then the attacker signs in as themselves."""
    offered = asyncssh.read_private_key(people.key("CHAN01"))
    await can_only_offer(offered)
    with pytest.raises(REFUSED):
        async with people.typing("CHAN01", ("wrong", "0"), client_keys=[offered], public_key_auth=True):
            pass
    arrival = Arrival(people.door)
    arrival._connection = object()  # type: ignore[assignment]  # it is there
    arrival.source = "127.0.0.1"
    assert await arrival.validate_public_key("CHAN01", asyncssh.read_private_key(people.key("CHAN01")))
    assert not arrival.by_key and arrival.name == "" and arrival.seated is None


async def test_prompts_that_were_never_shown_cannot_be_answered_and_each_is_answered_once(people: PeopleWorld) -> None:
    arrival = Arrival(people.door)
    arrival._connection = object()  # type: ignore[assignment]  # it is there
    arrival.source = "127.0.0.1"
    assert not await arrival.validate_kbdint_response("CHAN01", people.right())
    arrival.get_kbdint_challenge("CHAN01", "", "")
    assert not await arrival.validate_kbdint_response("CHAN01", people.right()[:1])
    assert not await arrival.validate_kbdint_response("CHAN01", people.right()), "the transaction went with the first"
    assert not live_sessions(people)


async def test_a_transaction_lives_five_minutes(people: PeopleWorld) -> None:
    class Slow(Fingers):
        def kbdint_challenge_received(self, *given: Any) -> list[str]:
            people.world.clock.move(minutes=6)
            return list(people.right())

    assert "1003" in (await refused(people, Slow(("", ""))))[0]


async def test_who_goes_while_the_password_is_looked_at_leaves_nothing_behind(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    people_ = people.door.people
    opened = people_._opened

    def slowly(*given: Any) -> str:
        time.sleep(0.3)
        return opened(*given)

    monkeypatch.setattr(people_, "_opened", slowly)
    with pytest.raises((*REFUSED, TimeoutError, OSError)):
        async with asyncio.timeout(0.25), people.typing():
            pass
    await asyncio.sleep(0.5)
    await gone(people)
    assert not live_sessions(people) and not people.world.services.seats._taken


async def test_people_who_type_have_two_minutes_and_others_thirty_seconds(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (line.LOGIN_GRACE, line.PROMPT_GRACE) == (30, 120)
    monkeypatch.setattr(line, "LOGIN_GRACE", 0.3)
    monkeypatch.setattr(line, "PROMPT_GRACE", 1.2)

    class Slow(Fingers):
        delay = 0.6

        async def kbdint_challenge_received(self, *given: Any) -> list[str]:  # type: ignore[override]  # it may wait
            await asyncio.sleep(self.delay)
            return list(people.right())

    async with people_world(people.world, people.folder) as patient:
        async with patient.typing(fingers=Slow(("", ""))):
            pass
        slower = Slow(("", ""), ("", ""))
        slower.delay = 3.0
        await refused(patient, slower)


@pytest.mark.parametrize("act", ["suspend", "password", "end others"])
async def test_what_takes_access_away_ends_console_and_connection_in_words(people: PeopleWorld, act: str) -> None:
    services = people.world.services
    async with people.typing() as connection, at_screen(connection) as screen:
        await screen.opening()
        if act == "suspend":
            services.access.suspend(people.world.actor("WONGDA1"), "CHAN01", "left")
        elif act == "password":
            account = people.world.account("CHAN01")

            def change(unit: Unit) -> None:
                unit.end_sessions(account.id)
                unit.bump_access_epoch()

            people.world.platform.store.write(change)
        else:
            services.sessions.end_others(people.world.actor("CHAN01"))
        shown = await screen.rest()
        assert "\x1b[?1049l" in shown and "\x1b[?25h" in shown, "the terminal is given back"
        assert "1005 " in shown
        async with asyncio.timeout(5):
            await connection.wait_closed()


async def test_each_service_is_where_it_is_to_be(world: World, tmp_path: Path) -> None:
    where = [Listener("127.0.0.1", 0, (service,)) for service in (SFTP, CONSOLE, COMMANDS)]
    async with people_world(world, tmp_path, *where) as people:
        sftp, console, commands = (one.port for one in people.door.listeners)
        fingers = Fingers(people.right())
        with pytest.raises(asyncssh.PermissionDenied):
            async with people.typing(fingers=fingers, port=sftp):
                pass
        assert not fingers.prompts, "nobody types a password where only keys are taken"
        async with people.typing(port=console) as connection:
            async with at_screen(connection) as screen:
                await screen.opening()
            code, _, error = await told(connection, "tell")
            assert code == 4 and "not served at this address" in error
        async with people.typing(port=commands) as connection:
            assert (await told(connection, "tell"))[0] == 0
            async with at_screen(connection) as screen:
                assert "not served at this address" in (await screen.process.stderr.read()).decode()


async def test_recovery_asks_for_nothing_reaches_recovery_alone_and_one_at_a_time(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "RECOVERY_SECONDS", 1.0)
    async with people.typing("recover", fingers=Fingers()) as connection:
        async with at_screen(connection) as screen:
            opening = await screen.opening()
            assert (opening["page"], opening["token"], opening["login_id"]) == ("recover", None, "")
            seat = people.world.services.seats.of(opening["seat"])
            assert seat is not None and seat.kind == "recovery"
            with pytest.raises(asyncssh.PermissionDenied, match="1007"):
                async with people.typing("RECOVER", fingers=Fingers()):
                    pass
            assert "1005" in await screen.rest(), "five minutes are enough"
        async with asyncio.timeout(5):
            await connection.wait_closed()
    await gone(people)
    async with people.typing("RECOVER", fingers=Fingers()) as connection:
        code, out, error = await told(connection, "whoami")
        assert code == 2 and not out and "Recovery has pages" in error
        with pytest.raises(asyncssh.Error):
            async with connection.start_sftp_client():
                pass


async def test_recovery_is_opened_once_a_connection_and_so_often_a_minute(people: PeopleWorld) -> None:
    async with people.typing("RECOVER", fingers=Fingers()) as connection, at_screen(connection) as screen:
        await screen.opening()
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process()
    for _ in range(MOST_RECOVERIES_A_MINUTE - 1):
        await gone(people)
        async with people.typing("RECOVER", fingers=Fingers()):
            pass
    await gone(people)
    with pytest.raises(asyncssh.PermissionDenied, match="1007"):
        async with people.typing("RECOVER", fingers=Fingers()):
            pass
    people.world.clock.move(minutes=1)
    async with people.typing("RECOVER", fingers=Fingers()):
        pass


async def test_whoever_recovers_and_opens_nothing_is_let_go(
    people: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "IDLE_SECONDS", 0.2)
    async with people.typing("RECOVER", fingers=Fingers()) as connection, asyncio.timeout(5):
        await connection.wait_closed()


async def test_sftp_with_a_password_is_refused_in_words_and_forwarding_without(people: PeopleWorld) -> None:
    async with people.typing() as connection:
        process = await connection.create_process(subsystem="sftp", encoding=None)
        done = await process.wait()
        assert done.returncode == 4 and b"registered key" in (done.stderr or b"")
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 22)
        with pytest.raises(asyncssh.ChannelListenError):
            await connection.start_server(lambda *_: None, "", 0)
        assert (await told(connection, "tell"))[0] == 0, "and one goes on"


async def test_a_key_opens_the_console_at_its_sign_in_form_and_runs_no_command(people: PeopleWorld) -> None:
    async with people.connected() as connection:
        async with at_screen(connection) as screen:
            opening = await screen.opening()
            assert (opening["page"], opening["token"], opening["login_id"]) == ("sign_in", None, "CHAN01")
        assert (await told(connection, "tell"))[0] == 127
        assert (await told(connection, "echo x"))[:2] == (0, "x\n")
        async with connection.start_sftp_client() as sftp:
            assert await sftp.listdir("/")
