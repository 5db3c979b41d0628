"""What Client Connect asks of the store, a noun a module."""

from backend.core.client_connect.ports.codes import CodeRows, CodeUnit
from backend.core.client_connect.ports.forms import FormRows, FormUnit
from backend.core.client_connect.ports.keys import KeyRows, KeyUnit
from backend.core.client_connect.ports.people import PeopleRows, PeopleUnit
from backend.core.client_connect.ports.requests import RequestRows, RequestUnit
from backend.core.client_connect.ports.sessions import SessionRows, SessionUnit

__all__ = [
    "CodeRows",
    "CodeUnit",
    "FormRows",
    "FormUnit",
    "KeyRows",
    "KeyUnit",
    "PeopleRows",
    "PeopleUnit",
    "RequestRows",
    "RequestUnit",
    "SessionRows",
    "SessionUnit",
]
