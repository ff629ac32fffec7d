"""Tracked links: signed, short, and without the destination in them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from dialogs.core.ports import Click
from storage.records import CampaignId, Person, PersonId, Who

LINKS = "links"  #: the name of their keys
DRAWN = 31  #: bits of a pseudonym that are drawn at random ...
BOUND = 30  #: ... and those that bind it to the person: together they stay below SQLite's largest number
LENGTH = 200  #: characters of the longest link that is looked at
SIGNATURE = 18  #: bytes: 24 characters of base64, none of which fills up


class KeyedBlake2(SigningAlgorithm):
    """BLAKE2b with a key (RFC 7693), which takes a sixth of the time of HMAC-SHA256: it is asked for every message."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(value, key=key, digest_size=SIGNATURE).digest()


class SignedLinks:
    """``/r/c.p.SIGNATURE.b``: campaign, person, button. The button's number is not signed: another
    number only leads to another link of the same campaign, as another button of the same card does.

    In the place of the person stands a pseudonym in an anonymous campaign: drawn for each message, and bound to
    its recipient by a MAC, so that it counts for nobody else who has got hold of the card. It is kept nowhere.

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
        self._binding = [hmac.digest(key, b"crieur.pseudonym", "sha256") for key in keys]
        self._stopping = Signer(
            [hmac.digest(key, b"crieur.stop", "sha256") for key in keys][::-1],
            key_derivation="none",
            algorithm=KeyedBlake2(),
        )
        self._signer = Signer(derived[::-1], key_derivation="none", algorithm=KeyedBlake2())

    def token(self, campaign: CampaignId, person: Person) -> str:
        return self._sign(f"{campaign}.{person.id}")

    def test_token(self, campaign: CampaignId, person: Person) -> str:
        return self._sign(f"{campaign}.{person.id}t")

    def mail_token(self, campaign: CampaignId, person: Person) -> str:
        """For an e-mail: it counts apart."""
        return self._sign(f"{campaign}.{person.id}e")

    def stop_address(self, person: Person) -> str:
        """Where the reader of an e-mail mutes the bot: good for that alone."""
        return f"{self.base_url}/m/{self._stopping.sign(str(person.id)).decode()}"

    def read_stop(self, token: str) -> PersonId | None:
        """Whose it is; None for anything that we did not sign."""
        try:
            return PersonId(int(self._stopping.unsign(token[:LENGTH])))
        except (BadSignature, UnicodeError, ValueError):
            return None

    def pseudonym(self, campaign: CampaignId, person: Person) -> str:
        drawn = secrets.randbits(DRAWN) | 1
        return self._sign(f"{campaign}.{drawn << BOUND | _bound(self._binding[0], campaign, drawn, person)}b")

    def _sign(self, value: str) -> str:
        # what the signer does, in fewer steps
        signature = self._signer.algorithm.get_signature(self._key, value.encode())
        return f"{value}.{urlsafe_b64encode(signature).decode()}"

    def read(self, path: str) -> Click | None:
        """What a link's last part says; None for anything that we did not sign."""
        token, _, button = path[:LENGTH].rpartition(".")
        if not button.isdecimal() or not button.isascii():
            return None
        return self._read(token, int(button))

    def read_pseudonym(self, token: str, person: Person) -> Click | None:
        """What the buttons of an anonymous campaign say of their recipient.

        None for anything that we did not sign, and for what was given to somebody else.
        """
        click = self._read(token[:LENGTH], 0)
        if click is None or click.who >= 0:
            return None
        if (self._unsigned(token[:LENGTH]) or "").endswith("a"):  # of an earlier version, bound to nobody
            return click
        drawn, bound = -click.who >> BOUND, -click.who & (1 << BOUND) - 1
        theirs = any(_bound(key, click.campaign, drawn, person) == bound for key in self._binding)
        return click if theirs else None

    def _read(self, token: str, button: int) -> Click | None:
        value = self._unsigned(token)
        if value is None:
            return None
        campaign, _, who = value.partition(".")
        kind = who[-1]
        if kind in "ab":
            return Click(CampaignId(int(campaign)), Who(-int(who[:-1])), button)
        if kind == "t":
            return Click(CampaignId(int(campaign)), Who(int(who[:-1])), button, test=True)
        if kind == "e":
            return Click(CampaignId(int(campaign)), Who(int(who[:-1])), button, mail=True)
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


def _bound(key: bytes, campaign: CampaignId, drawn: int, person: Person) -> int:
    mac = hashlib.blake2b(f"{campaign}.{drawn}.{person.id}".encode(), key=key, digest_size=8).digest()
    return int.from_bytes(mac, "big") >> 64 - BOUND
