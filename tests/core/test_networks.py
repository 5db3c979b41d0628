"""Addresses for SFTP: what is taken, how wide, and in which one form."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import Refused
from backend.contract.rules.networks import covers, read_network


def refusal(text: str) -> Refused:
    with pytest.raises(Refused) as said:
        read_network(text)
    return said.value


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.2.3", "10.1.2.3/32"),
        (" 10.1.2.3\n", "10.1.2.3/32"),
        ("10.1.2.0/24", "10.1.2.0/24"),
        ("10.1.2.77/24", "10.1.2.0/24"),
        ("10.1.2.77/31", "10.1.2.76/31"),
        ("2001:DB8::7", "2001:db8::7/128"),
        ("2001:db8:0:0:1::/64", "2001:db8::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3/32"),
        ("::ffff:10.1.2.3/120", "10.1.2.0/24"),
        ("::ffff:0a01:0203", "10.1.2.3/32"),
        ("127.0.0.1", "127.0.0.1/32"),
        ("::1", "::1/128"),
    ],
)
def test_an_address_or_a_small_network_is_written_in_its_one_form(text: str, network: str) -> None:
    assert str(read_network(text)) == network


@pytest.mark.parametrize(
    "text", ["10.1.2.0/23", "0.0.0.0/0", "::/0", "2001:db8::/63", "10.0.0.0/8", "::ffff:10.1.2.3/119", "224.0.0.0/3"]
)
def test_more_than_a_24_or_a_64_is_too_wide(text: str) -> None:
    assert refusal(text).number == 3008


def test_a_range_that_is_too_wide_is_named_in_the_refusal() -> None:
    assert "10.1.0.0/16 holds more addresses" in refusal("10.1.2.3/16").what


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "acme.example", "10.1.2", "10.1.2.3.4", "10.1.2.256", "010.1.2.3", "0x0a.1.2.3", "167838211"),
        *("10.1.2.3/", "10.1.2.3/33", "10.1.2.3/-1", "10.1.2.3/24/24", "10.1.2.0/255.255.255.0", "10.1.2.0/0.0.0.255"),
        *("fe80::1%eth0", "2001:db8::/129", "10.1.2.3, 10.1.2.4", "10.1.2.3-10.1.2.9", "10.1.2.*"),
        *("１０.1.2.3", "10.1.2.0/２4", "١٠.١.٢.٣", "10。1。2。3", "10.1.2.3\u200b", "\x1b[2J10.1.2.3"),
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    said = refusal(text)
    assert said.number == 9002 and "10.1.2.0/24" in said.what and said.what.isprintable()


@pytest.mark.parametrize("text", ["0.1.2.3", "0.0.0.0/32", "::", "::/64", "224.0.0.1", "255.255.255.255", "240.0.0.1"])
def test_an_address_that_nobody_comes_from_is_refused(text: str) -> None:
    assert refusal(text).number == 9002


@pytest.mark.parametrize("text", ["ff02::1", "::ffff:0.0.0.0", "::ffff:224.0.0.1", "::fffe:0:0/95", "::ffff:0:0/96"])
def test_ipv6_hides_none_of_them(text: str) -> None:
    assert refusal(text).number in {3008, 9002}


@given(st.text())
def test_whatever_is_typed_is_an_address_or_refused(text: str) -> None:
    try:
        read_network(text)
    except Refused as said:
        assert said.number in {3008, 9002}


@given(st.ip_addresses(), st.integers(0, 128))
def test_what_was_read_is_read_again_as_the_same(address: object, length: int) -> None:
    try:
        network = read_network(f"{address}/{length}")
    except Refused:
        return
    assert read_network(str(network)) == network
    assert network.num_addresses <= (2**8 if network.version == 4 else 2**64)


def test_how_much_a_network_holds_is_said_in_words() -> None:
    assert covers(IPv4Network("10.1.2.3")) == "1 address"
    assert covers(IPv4Network("10.1.2.0/24")) == "256 addresses, 10.1.2.0 to 10.1.2.255"
    assert covers(IPv6Network("2001:db8::/64")).startswith("2^64 addresses, 2001:db8::")
