"""What Client Connect asks of the store, a noun a module."""

from typing import Protocol

from backend.core.client_connect.ports.codes import CodeRows, CodeUnit
from backend.core.client_connect.ports.erasure import ErasureRows, ErasureUnit
from backend.core.client_connect.ports.forms import FormRows, FormUnit
from backend.core.client_connect.ports.keys import KeyRows, KeyUnit
from backend.core.client_connect.ports.people import PeopleRows, PeopleUnit
from backend.core.client_connect.ports.profile import ProfileRows, ProfileUnit
from backend.core.client_connect.ports.requests import RequestRows, RequestUnit
from backend.core.client_connect.ports.sessions import SessionRows, SessionUnit


class ClientConnectRows(
    PeopleRows, RequestRows, CodeRows, KeyRows, SessionRows, ProfileRows, FormRows, ErasureRows, Protocol
):
    """All that Client Connect reads."""


class ClientConnectUnit(
    PeopleUnit, RequestUnit, CodeUnit, KeyUnit, SessionUnit, ProfileUnit, FormUnit, ErasureUnit, Protocol
):
    """All that Client Connect writes in one unit."""
