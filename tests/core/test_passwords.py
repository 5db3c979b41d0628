"""Which passwords are taken, and in which words one is not."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import Refused
from backend.core.accounts import Account
from backend.core.client_connect.passwords import normal, refuse_weak

CHAN = Account(
    id=1,
    login_id="CHAN01",
    kind="business",
    company="ACME",
    company_name="Acme Securities",
    name="Chan Tai Man",
    state="active",
    password_hash="",
    sealed_seed=b"",
    last_step=0,
    grants=(),
    services=(),
    email="chan.taiman@acme.example",
)


def said(password: str) -> str:
    with pytest.raises(Refused) as refused:
        refuse_weak(password, CHAN)
    assert refused.value.number == 1014
    return refused.value.what


@pytest.mark.parametrize(
    "password",
    [
        "violet-harbour-9-quilted-moose",
        "correct horse battery staple",
        "zq8#kfp2mw!xv5t",
        "  spaces at both ends count  ",
        "天地玄黃宇宙洪荒日月盈昃辰宿列",
        "🐎🔋📎🐢🌵🍋🎺🧭🪁🦉🍄🧩🛶🎈🪐",
        "violet-harbour-CHAN01-quilted-moose",
        "x7" + "qv9!mtr2#wbz" * 10,
    ],
)
def test_long_passwords_that_nobody_guesses_are_taken_whatever_they_are_made_of(password: str) -> None:
    refuse_weak(password, CHAN)


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("", "It has 0 characters; 15 are the least."),
        ("x", "It has 1 character; 15 are the least."),
        ("zq8#kfp2mw!xv5", "It has 14 characters; 15 are the least."),
        ("zq8#kfp2mw!xv5t" * 9, "It has 135 characters; 128 are the most."),
    ],
)
def test_the_length_of_a_password_that_is_not_taken_is_said(password: str, what: str) -> None:
    assert said(password) == what


@pytest.mark.parametrize(
    "password",
    [
        "password1234567",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaaaa",
        "qwertyuiopasdfgh",
        "abcdefghijklmnopqrst",
        "PASSWORDPASSWORD",
        "P@ssw0rdP@ssw0rd",
        "CHAN01CHAN01CHAN01",
        "Acme Securities 2022",
    ],
)
def test_what_is_easily_guessed_is_refused_however_long(password: str) -> None:
    assert said(password).startswith("It is too easily guessed")


@pytest.mark.parametrize(
    "password", ["AcmeSecurities!9xQ", "9x!Chan-Taiman-ACME", "Securities#Acme#7q", "chan01@acme.example"]
)
def test_one_that_rests_on_what_everybody_knows_is_refused_with_those_words(password: str) -> None:
    assert said(password).startswith("It rests on your login ID")


def test_length_counts_what_a_person_sees_however_it_was_typed() -> None:
    composed, decomposed = "\u00e9" * 3 + "zq8#kfp2mw!x", "e\u0301" * 3 + "zq8#kfp2mw!x"
    assert len(composed) == 15
    refuse_weak(composed, CHAN)
    refuse_weak(decomposed, CHAN)
    assert normal(decomposed) == composed
    assert said(decomposed[:-1]) == "It has 14 characters; 15 are the least."


def test_judging_takes_no_longer_for_what_is_made_to_be_slow() -> None:
    began = time.process_time()
    for password in ("4@8({[<3690!1|$5+7%2" * 4, "p4$$w0rd!1|5+7%23@8" * 4, "qwertyuiop1qaz2wsx!@#$%^&*()" * 3):
        with suppress(Refused):
            refuse_weak(password, CHAN)
    assert time.process_time() - began < 3, "it took eight seconds when all of them was looked at"


def test_what_comes_after_a_weak_beginning_does_not_save_it() -> None:
    assert said("aaaaaaaaaaaaaaaaaaaaaaaaa-violet-harbour").startswith("It is too easily guessed")
    assert said("password" * 9).startswith("It is too easily guessed")


@given(st.text(max_size=140))
def test_no_text_whatever_breaks_judging_a_password(password: str) -> None:
    try:
        refuse_weak(password, CHAN)
    except Refused as refused:
        assert refused.number == 1014
