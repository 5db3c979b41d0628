"""Strings and numbers as SSH writes them (RFC 4251, section 5): keys and signatures are made of them."""

from __future__ import annotations

from typing import Final

_LENGTH: Final = 4
_SIGN: Final = 0x80


class Wire:
    """Reads strings and numbers one after another; `ValueError` where the bytes are not what they should be."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise ValueError("the bytes end too early")
        self._at += size
        return taken

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(_LENGTH), "big"))

    def text(self) -> str:
        """A string that is a name: ASCII."""
        return self.string().decode("ascii")

    def number(self) -> int:
        """A positive number in its one shortest form, so that no key has two fingerprints."""
        digits = self.string()
        if not digits or digits[0] & _SIGN or (digits[0] == 0 and not (len(digits) > 1 and digits[1] & _SIGN)):
            raise ValueError("not a positive number in its shortest form")
        return int.from_bytes(digits, "big")

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("there are bytes too many")


def string(data: bytes) -> bytes:
    """Bytes as a string on the wire."""
    return len(data).to_bytes(_LENGTH, "big") + data
