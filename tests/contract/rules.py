"""Any rule of a segment, to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from storage.records import CampaignId, Channel
from storage.records.segments import (
    Act,
    ColumnIs,
    Did,
    Fact,
    FactIs,
    Group,
    How,
    Installed,
    IsGuest,
    OnChannel,
    Part,
    ReceivedLately,
)
from tests.contract.world import NOW

VALUES = st.lists(
    st.sampled_from(["sales", " Law ", "FRANCE", "France", "fr", "engineer", "3", "é"]), min_size=1, max_size=2
).map(tuple)
#: sightings and installs are at NOW and some seconds after it
INSTANTS = st.none() | st.integers(-2, 60).map(lambda seconds: NOW + timedelta(seconds=seconds))


def conditions(campaigns: Sequence[int]) -> st.SearchStrategy[Part]:
    """``campaigns``: those that a condition may name; one that is gone is among them."""
    one_of = [
        st.builds(FactIs, fact=st.sampled_from(Fact), values=VALUES, contains=st.booleans()),
        st.builds(ColumnIs, column=st.sampled_from(["FLOOR", "DEPARTMENT"]), values=VALUES, contains=st.booleans()),
        st.builds(OnChannel, channel=st.sampled_from(Channel)),
        st.builds(IsGuest),
        st.builds(Installed, since=INSTANTS, before=INSTANTS),
        st.builds(ReceivedLately, days=st.integers(1, 3)),
    ]
    named = st.sampled_from([*map(CampaignId, campaigns), CampaignId(10**9)]) if campaigns else st.nothing()
    buttons = st.none() | st.integers(0, 2)
    one_of.append(st.builds(Did, campaign=named, act=st.sampled_from(Act), button=buttons))
    return st.one_of(one_of)


def rules(campaigns: Sequence[int] = ()) -> st.SearchStrategy[Group]:
    """Mostly of the depth that is allowed."""
    condition = conditions(campaigns)

    def group(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Group]:
        return st.builds(Group, how=st.sampled_from(How), parts=st.lists(parts, min_size=1, max_size=3).map(tuple))

    return group(condition | group(condition | group(condition)))
