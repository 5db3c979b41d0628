"""What one person does at once about SFTP: revoke a key, remove an address, put a new key in an old one's place."""

from __future__ import annotations

from backend.contract.faults import KEY_NOT_ACCEPTABLE, NOT_ALLOWED, NOT_FOUND, Refused
from backend.contract.messages import RemoveAddress, RevokeKey, RotateKey
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.sshsig import SFTP_KEYS, SshSignature, read_signature
from backend.core.accounts import Account, SftpKey
from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.client_connect.changes.keys import KEY_LIFE, new_key
from backend.core.client_connect.mails import Mailer
from backend.core.client_connect.standing import as_of_now
from backend.core.gate import may_revoke, may_rotate, refuse_unseen
from backend.core.ports import Clock, PublicKeys, Store
from backend.core.rows import Unit


class SftpActs:
    """Taking away is for one person; a new key comes without a checker where a live key of the account signed it."""

    def __init__(self, store: Store, clock: Clock, ledger: Ledger, public_keys: PublicKeys, mailer: Mailer) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._public_keys = public_keys
        self._mailer = mailer

    def revoke_key(self, actor: Actor, asked: RevokeKey) -> None:
        """Open connections of the key end within a second. 2001 for a key that is not there, not yours, or revoked."""

        def unit(unit: Unit) -> None:
            who, now = as_of_now(unit, actor), self._clock.now()
            key = unit.sftp_key(asked.fingerprint)
            subject = refuse_unseen(who, key.account if key else None)
            if not may_revoke(who, subject):
                raise Refused(NOT_ALLOWED, what="Revoking a key is for its owner, administrators and operators.")
            if not unit.revoke_key(asked.fingerprint, now):
                raise Refused(NOT_FOUND)
            unit.bump_access_epoch()
            self._record(unit, "key-revoked", who, subject, asked.fingerprint)

        self._store.write(unit)

    def remove_address(self, actor: Actor, asked: RemoveAddress) -> None:
        """Open connections from there end within a second; 2001 where it is not registered."""

        def unit(unit: Unit) -> None:
            who = as_of_now(unit, actor)
            subject = refuse_unseen(who, unit.account(asked.login_id))
            if not may_revoke(who, subject):
                raise Refused(NOT_ALLOWED, what="Removing an address is for its owner, administrators and operators.")
            if not unit.remove_address(subject.id, asked.network):
                raise Refused(NOT_FOUND)
            unit.bump_access_epoch()
            self._record(unit, "address-removed", who, subject, asked.network)

        self._store.write(unit)

    def rotate_key(self, actor: Actor, asked: RotateKey) -> None:
        """Registers the new key at once; the old one stays until it is revoked or expires. 5001, 5002, 5004."""
        signature = _read(asked.signature)

        def unit(unit: Unit) -> None:
            who, now = as_of_now(unit, actor), self._clock.now()
            subject = refuse_unseen(who, unit.account(asked.login_id))
            if not may_rotate(who, subject):
                raise Refused(NOT_ALLOWED, what="Rotating a key is for its owner, and for who may register one.")
            if subject.state != "active":
                raise Refused(NOT_ALLOWED, what=f"{subject.login_id} is {subject.state}: its keys cannot be rotated.")
            key = new_key(unit, subject, asked.public_key, now)
            signer = unit.sftp_key(fingerprint_of(signature.public_key))
            if signer is None or signer.account.id != subject.id or not signer.live(now):
                raise _not_by_a_live_key(subject)
            self._refuse_forged(signer, signature, asked.public_key)
            unit.add_key(subject.id, key, now, now + KEY_LIFE)
            self._record(unit, "key-rotated", who, subject, key.fingerprint)
            self._tell(unit, who, subject, key.fingerprint)

        self._store.write(unit)

    def _refuse_forged(self, signer: SftpKey, signature: SshSignature, text: str) -> None:
        """The file ends with a line feed, which a paste often lacks."""
        signed = {text, f"{text.strip()}\n", text.strip()}
        if not any(
            self._public_keys.signed(signer.public_key, signature.signature, signature.over(one.encode()))
            for one in signed
        ):
            raise Refused(
                KEY_NOT_ACCEPTABLE,
                what="The signature is not of this new key.",
                fix="Sign the new .pub file itself once more, and give it unchanged.",
            )

    def _tell(self, unit: Unit, who: Actor, subject: Account, fingerprint: str) -> None:
        """No checker has seen it: its owner hears of it, and those who would have checked it."""
        words = (
            f"{who.account.name} ({who.login_id}) registered the SFTP key {fingerprint} for {subject.login_id}. "
            "It was signed by a live key of that account, and counts at once. If it was not meant to be, revoke it in "
            "SFTP access, place 5 of the console."
        )
        for one in unit.accounts_of(subject.company):
            checks = "ecp" in one.services or one.kind == "operator"
            if one.state == "active" and one.id != who.account.id and (checks or one.id == subject.id):
                self._mailer.notice(unit, one, "an SFTP key was registered", words, self._clock.now())

    def _record(self, unit: Unit, act: str, who: Actor, subject: Account, what: str) -> None:
        self._ledger.record(
            unit,
            act,
            self._clock.now(),
            who.channel,
            company=subject.company,
            login_id=who.login_id,
            subject=subject.login_id,
            object=what,
            source=who.source,
        )


def _read(text: str) -> SshSignature:
    try:
        return read_signature(text, SFTP_KEYS)
    except ValueError as error:
        fix = f"Sign it with ssh-keygen -Y sign -n {SFTP_KEYS} -f OLD NEW.pub, and give the file NEW.pub.sig."
        raise Refused(KEY_NOT_ACCEPTABLE, what=str(error), fix=fix) from None


def _not_by_a_live_key(subject: Account) -> Refused:
    return Refused(
        KEY_NOT_ACCEPTABLE,
        what=f"The signature is not of a live key of {subject.login_id}.",
        fix="Sign with a key that is registered for this account and neither revoked nor expired.",
    )
