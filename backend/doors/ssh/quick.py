"""Lines under AES-GCM with half the work: a packet is opened once, where it lies, and sealed without an empty one.

All of it uses asyncssh's private names, so it is for the one version it was tried with: any other serves as it comes.
"""

from __future__ import annotations

import os
import time
from typing import Final

import asyncssh
from asyncssh import SSHServerChannel, SSHServerConnection
from asyncssh.constants import MSG_CHANNEL_DATA, MSG_IGNORE
from asyncssh.encryption import Encryption, GCMEncryption
from asyncssh.packet import SSHPacketLogger
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TRIED_WITH: Final = "2.24.1"
_HEADER: Final = 4
_TAG: Final = 16
_BLOCK: Final = 16
_LEAST_PADDING: Final = 4
_DATA_AT: Final = 10
"""Where a channel's bytes begin: behind padding's length, type, channel and their own length."""
_SEQUENCE: Final = 0xFFFFFFFF


class QuickGcm(GCMEncryption):
    """AES-GCM whose key is made ready once. A packet that was opened can be given on once more."""

    def __init__(self, stock: GCMEncryption) -> None:
        cipher = stock._cipher
        super().__init__(cipher)
        self._aes = AESGCM(cipher._key)
        self._fixed, self._invocation = cipher._iv[:_HEADER], int.from_bytes(cipher._iv[_HEADER:], "big")
        self._opened: bytes | None = None

    def seal(self, header: bytes, packet: bytes) -> bytes:
        return self._aes.encrypt(self._nonce(), packet, header)

    def open(self, header: memoryview | bytes, sealed: memoryview | bytes) -> bytes:
        """Raises `MACError` where it was tampered with."""
        try:
            return self._aes.decrypt(self._nonce(), sealed, header)
        except InvalidTag:
            raise asyncssh.MACError("MAC verification failed") from None

    def give_on(self, opened: bytes) -> None:
        """The next packet that is asked for is this one."""
        self._opened = opened

    def encrypt_packet(self, seq: int, header: bytes, packet: bytes) -> tuple[bytes, bytes]:
        return header + self.seal(header, packet), b""

    def decrypt_packet(self, seq: int, first: bytes, rest: bytes, header_len: int, mac: bytes) -> bytes | None:
        opened, self._opened = self._opened, None
        return opened or self.open(first[:header_len], first[header_len:] + rest + mac)

    def _nonce(self) -> bytes:
        nonce = self._fixed + self._invocation.to_bytes(8, "big")
        self._invocation = (self._invocation + 1) & 0xFFFFFFFFFFFFFFFF
        return nonce


class QuickLine(SSHServerConnection):
    """Serves a channel's data itself; everything else goes asyncssh's own way."""

    _arrived: bytearray | None = None
    """Bytes of a packet whose end has not come."""

    def send_newkeys(self, k: bytes, h: bytes) -> None:
        super().send_newkeys(k, h)
        if asyncssh.__version__ == TRIED_WITH:
            self._send_encryption = _quick(self._send_encryption)
            self._next_recv_encryption = _quick(self._next_recv_encryption)

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes, datatype: int | None = None) -> None:
        if self._arrived is None:
            self._arrived = bytearray()
        self._arrived += data
        if self._reads_quickly:
            self._reset_keepalive_timer()
            try:
                self._take_packets(self._arrived)
            except asyncssh.DisconnectError as error:
                self._arrived.clear()
                self._send_disconnect(error.code, error.reason, error.lang)
                self._force_close(error)
            except Exception:  # as asyncssh does: it logs what it was, and ends the connection
                self._arrived.clear()
                self.internal_error()
        if self._arrived and not self._reads_quickly:
            data = bytes(self._arrived)
            self._arrived.clear()
            super().data_received(data, datatype)

    @property
    def _reads_quickly(self) -> bool:
        """Whether a packet begins here, and nothing else is going on."""
        return (
            isinstance(self._recv_encryption, QuickGcm)
            and self._auth_complete
            and not self._inpbuf
            and self._decompressor is None
            and self._transport is not None
            and self._recv_handler == self._recv_pkthdr
        )

    def _take_packets(self, arrived: bytearray) -> None:
        at, size = 0, len(arrived)
        with memoryview(arrived) as packets:
            while size - at >= _HEADER and isinstance(opening := self._recv_encryption, QuickGcm):
                length = int.from_bytes(packets[at : at + _HEADER], "big")
                if length > self._max_recv_pktlen:
                    raise asyncssh.ProtocolError("Max packet size exceeded")
                end = at + _HEADER + length + _TAG
                if end > size:
                    break
                with packets[at:end] as packet:
                    self._take(opening, packet)
                at = end
                if not self._reads_quickly:
                    break
        del arrived[:at]

    def _take(self, opening: QuickGcm, packet: memoryview) -> None:
        opened = opening.open(packet[:_HEADER], packet[_HEADER:])
        if opened[1:2] != _CHANNEL_DATA or not self._accept(opened):
            opening.give_on(opened)
            self._inpbuf = bytes(packet)
            self._recv_data()

    def _accept(self, opened: bytes) -> bool:
        """Gives a channel its bytes; false where anything about the packet is out of the ordinary."""
        channel = self._channels.get(int.from_bytes(opened[2:6], "big"))
        length = int.from_bytes(opened[6:_DATA_AT], "big")
        if (
            not isinstance(channel, SSHServerChannel)
            or self._kex is not None
            or channel._recv_state != "open"
            or length > channel._recv_window
            or len(opened) != _DATA_AT + length + opened[0]
        ):
            return False
        self._auth_final = True
        self._recv_seq = (self._recv_seq + 1) & _SEQUENCE
        channel._accept_data(memoryview(opened)[_DATA_AT : _DATA_AT + length])  # type: ignore[arg-type]  # bytes, in place
        return True

    # ── what goes ────────────────────────────────────────────────────────────────────────────────────────────

    def send_packet(self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None) -> None:
        sealing = self._send_encryption
        if isinstance(sealing, QuickGcm):
            if pkttype == MSG_IGNORE:  # it guards CBC, whose next initial vector can be seen
                return
            if pkttype == MSG_CHANNEL_DATA and self._kex_complete and self._auth_complete and not self._wants_new_keys:
                self._send_data(sealing, args)
                return
        super().send_packet(pkttype, *args, handler=handler)

    @property
    def _wants_new_keys(self) -> bool:
        """As asyncssh decides it."""
        by_time = bool(self._rekey_seconds) and time.monotonic() >= self._rekey_time
        return by_time or self._rekey_bytes_sent >= self._rekey_bytes

    def _send_data(self, sealing: QuickGcm, pieces: tuple[bytes, ...]) -> None:
        length = 2 + sum(map(len, pieces))
        padding = -length % _BLOCK
        padding += _BLOCK if padding < _LEAST_PADDING else 0
        header = (length + padding).to_bytes(_HEADER, "big")
        sealed = sealing.seal(header, b"".join((bytes((padding, MSG_CHANNEL_DATA)), *pieces, os.urandom(padding))))
        self._send(header + sealed)
        self._send_seq = (self._send_seq + 1) & _SEQUENCE
        self._rekey_bytes_sent += length + padding


_CHANNEL_DATA: Final = bytes((MSG_CHANNEL_DATA,))


def _quick(encryption: Encryption | None) -> Encryption | None:
    return QuickGcm(encryption) if isinstance(encryption, GCMEncryption) else encryption
