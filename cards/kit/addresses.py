"""Addresses of the web: what is one, and where it leads. Everything that checks or uses an address asks here.

A browser, the SDK and the HTTP client each read an odd address in their own way: a backslash, a user before
the host, digits that only look like ASCII. A program that checks it by one reading and connects by another can be
led elsewhere. So only addresses that all of them read alike are taken, and yarl, which connects, says where they lead.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache

from yarl import URL

LONGEST = 2_000  #: characters that browsers agree on, in an address for people
LARGEST = 16_000  #: characters of one that a program gives us: it may carry a token

#: scheme, host, port, and a rest in which nothing ends an address somewhere else
_ADDRESS = re.compile(
    r"https?://"
    r"(?P<host>[^\s\x00-\x1f\x7f/?#@\\:\[\]<>\"^`{|}%]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s\x00-\x20\x7f-\x9f<>\"\\\ud800-\udfff\ufffd]*)?",
    re.IGNORECASE,
)


def web_address(text: str) -> URL | None:
    """An address of the web as it is connected to, its host in ASCII; None for anything else."""
    if len(text) > LARGEST:
        return None
    parts = _ADDRESS.fullmatch(text)
    if parts is None:
        return None
    try:
        url = URL(text)
    except ValueError:  # a host that no name server could be asked for, a port that is none
        return None
    return url if url.port and _is_host(parts["host"], url) else None


def _is_host(typed: str, url: URL) -> bool:
    """Whether a host is one that was typed as it is, not another in other digits, letters or dots."""
    if not typed.isascii() and unicodedata.normalize("NFC", typed).casefold() != (url.host or "").casefold():
        return False
    return all(0 < len(label) < 64 for label in (url.raw_host or "").removesuffix(".").split("."))


# a host with a path, or one that begins with www: what people copy from a browser's field, or say
_BARE = re.compile(r"(?i)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,})(?::[0-9]{1,5})?(?:[/?#]\S*)?")
#: endings of files, which are no domains: "menu.pdf"
_FILES = frozenset(
    (
        *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "csv", "txt", "md", "htm", "html", "zip", "mp4"),
        *("png", "jpg", "jpeg", "gif", "svg", "webp"),
    )
)


def completed(text: str) -> str:
    """An address that was typed without its beginning, with it: "contoso.com/menu"; anything else as it is."""
    bare = _BARE.fullmatch(text) if len(text) <= LONGEST else None
    if bare is None or ("/" not in text and bare[1].lower() in _FILES):
        return text
    return f"https://{text}" if is_web_address(f"https://{text}") else text


def is_web_address(text: str) -> bool:
    """Whether somebody may be sent there."""
    return len(text) <= LONGEST and web_address(text) is not None


@lru_cache(maxsize=1024)  # of a service: asked about for every message
def is_loopback(text: str) -> bool:
    """Whether an address leads to this machine."""
    url = web_address(text)
    return url is not None and is_this_machine(url.host or "")


@lru_cache(maxsize=1024)  # of those who ask: asked about for every click
def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, by its usual name or by number."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: where a file of somebody's may be fetched from.

    IPv6 addresses that stand for an IPv4 one (mapped, 6to4, NAT64) lead wherever that one does.
    Source: the IANA registries of special-purpose addresses, as the standard library has them.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        # all that has been given out so far is in 2000::/3; site-local, NAT64 and the like are not
        if inner or ip not in _GIVEN_OUT:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_public_host(host: str) -> bool:
    """Whether a host may be one of the internet: a public IP, or a name that is not kept for networks of one's own."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.lower().removesuffix(".").split(".")
        return len(labels) > 1 and labels[-1] not in _INSIDE and ".".join(labels[-2:]) != "home.arpa"
    return is_public(host)


#: names that never are of the internet: RFC 6761 and 6762, ICANN's .internal, and what routers and offices use
_INSIDE = frozenset({"localhost", "local", "internal", "lan", "home", "corp", "intranet", "private", "test", "invalid"})
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
