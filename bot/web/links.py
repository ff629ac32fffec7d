"""Tracked links: signed, short, and without the destination in them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_encode
from itsdangerous.signer import SigningAlgorithm

from dialogs.core.ports import Click
from storage.records import CampaignId, Person, Who

LINKS = "links"  #: the name of their keys
PSEUDONYM = 2**61  #: pseudonyms are drawn from so many
LENGTH = 200  #: characters of the longest link that is looked at
SIGNATURE = 18  #: bytes: 24 characters of base64


class KeyedBlake2(SigningAlgorithm):
    """BLAKE2b with a key (RFC 7693), which takes a sixth of the time of HMAC-SHA256: it is asked for every message."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=key, digest_size=SIGNATURE).digest()


class SignedLinks:
    """``/r/c.p.SIGNATURE.b``: campaign, person, button. The button's number is not signed: another
    number only leads to another link of the same campaign, as another button of the same card does.

    In the place of the person stands a pseudonym in an anonymous campaign: drawn for each message,
    kept nowhere, and so known to nobody but the chat that holds the message.

    ``keys``: the newest, which signs, first; what any of them has signed is taken.
    ``tracked``: people's browsers reach ``base_url``, so links can lead through it.
    """

    def __init__(self, base_url: str, keys: Sequence[bytes], *, tracked: bool = True) -> None:
        self.base_url = base_url
        self.tracked = tracked
        self.adopt(keys)

    @classmethod
    def with_secret(cls, base_url: str, secret: bytes, *, tracked: bool = True) -> SignedLinks:
        return cls(base_url, [secret], tracked=tracked)

    def adopt(self, keys: Sequence[bytes]) -> None:
        """From here on, these."""
        # derived once: the signer would do it again for every link
        derived = [hmac.digest(key, b"crieur.link", "sha256") for key in keys]
        self._key = derived[0]
        self._signer = Signer(derived[::-1], key_derivation="none", algorithm=KeyedBlake2())

    def token(self, campaign: CampaignId, person: Person) -> str:
        return self._sign(f"{campaign}.{person.id}")

    def test_token(self, campaign: CampaignId, person: Person) -> str:
        return self._sign(f"{campaign}.{person.id}t")

    def pseudonym(self, campaign: CampaignId, person: Person) -> str:
        return self._sign(f"{campaign}.{secrets.randbelow(PSEUDONYM) + 1}a")

    def _sign(self, value: str) -> str:
        # what the signer does, in fewer steps
        signature = self._signer.algorithm.get_signature(self._key, value.encode())
        return f"{value}.{base64_encode(signature).decode()}"

    def read(self, path: str) -> Click | None:
        """What a link's last part says; None for anything that we did not sign."""
        token, _, button = path[:LENGTH].rpartition(".")
        if not button.isdecimal() or not button.isascii():
            return None
        return self._read(token, int(button))

    def read_pseudonym(self, token: str) -> Click | None:
        """What the buttons of an anonymous campaign say of the recipient; None for anything that we did not sign."""
        click = self._read(token[:LENGTH], 0)
        return click if click and click.who < 0 else None

    def _read(self, token: str, button: int) -> Click | None:
        value = self._unsigned(token)
        if value is None:
            return None
        campaign, _, who = value.partition(".")
        kind = who[-1]
        if kind == "a":
            return Click(CampaignId(int(campaign)), Who(-int(who[:-1])), button)
        if kind == "t":
            return Click(CampaignId(int(campaign)), Who(int(who[:-1])), button, test=True)
        return Click(CampaignId(int(campaign)), Who(int(who)), button)

    def _unsigned(self, token: str) -> str | None:
        value = token.rpartition(".")[0]
        # what the signer does, in fewer steps: it is asked for every click
        if token.isascii() and hmac.compare_digest(self._sign(value), token):
            return value
        try:
            return self._signer.unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None
