"""What is special about Skype: no directory ids, often no organisation, contacts instead of installs.

Consumer Skype has closed; Skype for Business Server and gateways that speak the Bot Connector's contract
live on. What they send is trusted as Teams' is: the adapter has authenticated it.
"""

from __future__ import annotations

import re

CONTACTS = "contactRelationUpdate"  #: somebody took the bot into their contacts ("add"), or out of them ("remove")
LONGEST = 320  #: characters of an address, "sip:" and all

_SIP = re.compile(r"(?:sip:|\d+:)?([^@\s:;<>]+@[^@\s:;<>]+\.[^@\s:;<>]+)", re.IGNORECASE)


def address_in(user: str) -> str:
    """The address that a person's id carries ("sip:ada@contoso.com"); "" where it carries none."""
    match = _SIP.fullmatch(user) if len(user) <= LONGEST else None
    return match[1].lower() if match else ""
