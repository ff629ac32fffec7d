"""What happens to people, lists, and installations of the bot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from storage.records import (
    Audience,
    Channel,
    Contact,
    ContactPage,
    DirectoryUser,
    Lesson,
    NotReached,
    Quiet,
    Reference,
    Role,
    Sighting,
    Source,
    TenantId,
)
from storage.records.lists import SourceKind
from storage.shared.json import to_json
from tests.contract.model.machine import ALL, SECOND, WHO, Data, Machine, number
from tests.contract.rules import rules
from tests.contract.world import LUNCH, NIGHT, sighting

ADDRESSES = ("@contoso.example", ".alias@contoso.example")
SHARED = "team@contoso.example"  #: a mailbox of several people
WHOS = st.sampled_from(WHO)
WORDS = st.sampled_from(["", "ada", "surname", "EXAMPLE", "él", "Louis S", "surname ada", "nobody"])
LIST_COLUMNS = st.sampled_from([(), ("DEPARTMENT", "FLOOR")])
COLUMNS = st.sampled_from([{}, {"DEPARTMENT": "Sales"}, {"DEPARTMENT": "Law", "FLOOR": "3"}])
LANGUAGES = st.sampled_from(["", "fr", "en"])
ZONES = st.sampled_from(["", "Europe/Paris", "America/Lima"])


def addresses(data: Data, who: str, least: int = 0) -> tuple[str, ...]:
    drawn = data.draw(st.lists(st.sampled_from(ADDRESSES), unique=True, min_size=least))
    return tuple(who.lower() + ending for ending in drawn) + (SHARED,) * (data.draw(st.integers(0, 4)) == 4)


def user_of(who: str, channel: Channel) -> str:
    return f"29:{who}" if channel is Channel.TEAMS else f"8:{who.lower()}{ADDRESSES[1]}"


class PeopleRules(Machine):
    def seen(self, data: Data, tenant: TenantId, who: str, channel: Channel) -> Sighting:
        known: dict[str, Any] = {
            "tenant": tenant,
            "at": self.later(),
            "addresses": addresses(data, who),
            "zone": data.draw(ZONES),
            "told_at": data.draw(st.sampled_from([None, self.now - 2 * SECOND, self.now - timedelta(hours=1)])),
            "installs": data.draw(st.booleans()),
            "guest": data.draw(st.sampled_from([None, None, False, True])),
            "service_url": data.draw(st.sampled_from(["https://smba.example/emea/", "https://smba.example/amer/"])),
        }
        if channel is Channel.SKYPE:
            known |= {
                "channel": channel,
                "directory_id": "",
                "user": user_of(who, channel),
                "conversation": f"skype-{who}",
            }
        return sighting(who, **known)

    @rule(data=st.data(), who=WHOS)
    def somebody_writes(self, data: Data, who: str) -> None:
        seen = self.seen(data, self.tenant(data), who, self.channel(data))
        self.same("remember", seen, given=lambda answer: [answer[0].id])
        if data.draw(st.booleans()):
            self.same("remember", seen, given=lambda answer: [answer[0].id])

    @rule(data=st.data(), whos=st.lists(WHOS, unique=True), named=st.booleans())
    def people_are_met_in_a_list(self, data: Data, whos: list[str], named: bool) -> None:
        named_as = {address: who.title() if named else "" for who in whos for address in addresses(data, who)}
        contacts = [Contact(address=address.upper(), given_name=name) for address, name in named_as.items()]
        self.same("meet", self.tenant(data), contacts, given=lambda answer: answer)

    @rule(data=st.data(), whos=st.lists(WHOS, unique=True))
    def the_directory_is_read(self, data: Data, whos: list[str]) -> None:
        shared = set[str]()

        def theirs(who: str) -> tuple[str, ...]:
            drawn = addresses(data, who)
            if SHARED in drawn and shared:  # of one of them at a time
                return drawn[:-1]
            shared.update({SHARED} & set(drawn))
            return drawn

        users = [
            DirectoryUser(
                directory_id=f"directory-{who.lower()}",
                addresses=theirs(who),
                given_name=who.title(),
                surname=data.draw(st.sampled_from(["", "Surname", "married"])),
                language=data.draw(st.sampled_from(["", "fr-FR"])),
                zone=data.draw(ZONES),
                department=data.draw(st.sampled_from(["", "Sales"])),
                country=data.draw(st.sampled_from(["", "France", "FRANCE "])),
                title=data.draw(st.sampled_from(["", "Lead engineer"])),
                manager=data.draw(st.sampled_from(["", "Ada Surname"])),
                guest=data.draw(st.sampled_from([None, False, True])),
            )
            for who in whos
        ]
        self.same("know", self.tenant(data), users, self.later(), given=lambda answer: answer)

    @rule(data=st.data(), moved=st.booleans())
    def a_roster_is_read(self, data: Data, moved: bool) -> None:
        tenant = self.tenant(data)
        members = [(id, self.user_of(id)) for id in self.people(data, tenant)]
        url = "https://smba.example/moved/" if moved else "https://smba.example/emea/"
        source = Source(kind=SourceKind.TEAM, id="team", service_url=url, bot="28:crieur")
        self.same("meet_in_team", tenant, source, members, self.later())

    def user_of(self, id: int) -> str:
        """On Teams: whoever a person of the model is, it is always the same."""
        directory_id = self.model.people[id].person.directory_id
        return f"29:{directory_id.removeprefix('directory-')}" if directory_id else f"29:number-{id}"

    @rule(data=st.data())
    def the_bot_is_installed_for_somebody(self, data: Data) -> None:
        tenant = self.tenant(data)
        for id in self.people(data, tenant, 1):
            new = Reference(
                person=id,
                channel=Channel.TEAMS,
                service_url="https://smba.example/emea/",
                conversation=f"installed-{id}",
                bot="28:crieur",
                user=self.user_of(id),
                tenant=tenant,
            )
            self.same("installed_for", new, self.later())

    @rule(data=st.data(), who=WHOS, reason=st.sampled_from([NotReached.UNINSTALLED, NotReached.NEVER_INSTALLED]))
    def somebody_is_lost(self, data: Data, who: str, reason: NotReached) -> None:
        channel = self.channel(data)
        told_at = data.draw(st.sampled_from([None, self.later(), self.now - timedelta(minutes=30)]))
        self.same("lose", self.tenant(data), channel, user_of(who, channel), reason, told_at)

    @rule(data=st.data(), minutes=st.integers(-5, 5))
    def names_are_to_be_read(self, data: Data, minutes: int) -> None:
        for id in self.people(data, self.tenant(data), 1):
            self.same("look_up", id, self.now + timedelta(minutes=minutes))
        again = self.now + timedelta(minutes=2)
        by_person = {"seen": lambda some: sorted(some, key=lambda one: one.person)}
        self.same("due_look_ups", self.now, again, ALL, **by_person)
        for id in self.people(data, self.tenant(data), 1):
            self.same("looked_up", id)

    @rule(data=st.data(), ago=st.integers(-1, 3))
    def an_answer_teaches(self, data: Data, ago: int) -> None:
        reasons = [None, NotReached.BLOCKED, NotReached.NEVER_INSTALLED]
        lesson = Lesson(
            at=self.later() - timedelta(hours=ago),
            failed=data.draw(st.sampled_from(reasons)),
            conversation=data.draw(st.sampled_from(["", "opened again"])),
            service_url=data.draw(st.sampled_from(["", "https://smba.example/apac/"])),
        )
        for id in self.people(data, self.tenant(data), 1):
            self.same("learn", id, self.channel(data), lesson)

    @rule(data=st.data(), language=LANGUAGES, muted=st.booleans())
    def somebody_chooses(self, data: Data, language: str, muted: bool) -> None:
        for id in self.people(data, self.tenant(data), 1):
            self.same("speak", id, language)
            self.same("mute", id, muted, deed=self.deed())
        self.same("muted_people", self.tenant(data), seen=list)

    @rule(data=st.data(), quiet=st.sampled_from([None, NIGHT, LUNCH]), topic=st.integers(1, 3), left=st.booleans())
    def somebody_wants_quiet(self, data: Data, quiet: Quiet | None, topic: int, left: bool) -> None:
        for id in self.people(data, self.tenant(data), 1):
            self.same("set_quiet", id, quiet, deed=self.deed())
            self.same("leave_topic", id, topic, left, deed=self.deed())
        tenant = self.tenant(data)
        self.same("quiet_people", tenant, seen=lambda groups: {key: list(ids) for key, ids in groups.items()})
        self.same("people_without_topic", tenant, topic, seen=list)

    @rule(data=st.data(), role=st.sampled_from([None, *Role]))
    def a_role_is_given(self, data: Data, role: Role | None) -> None:
        for id in self.people(data, self.tenant(data), 1):
            self.same("give_role", id, role, deed=self.deed())

    @rule(data=st.data())
    def the_first_becomes_the_owner(self, data: Data) -> None:
        for id in self.people(data, self.tenant(data), 1):
            self.same("claim_ownership", id, deed=self.deed())

    @rule(data=st.data(), who=WHOS)
    def people_are_looked_at(self, data: Data, who: str) -> None:
        tenant, channel = self.tenant(data), self.channel(data)
        for id in [*self.model.people, 10**9]:
            self.same("person", id)
            self.same("role", id)
            for some in Channel:
                self.same("reference", id, some)
        for ending in ADDRESSES:
            self.same("person_at", tenant, who.upper() + ending)
        self.same("person_behind", tenant, channel, user_of(who, channel))
        self.same("newest_service_url", tenant, channel)
        by_name = self.same("with_role", tenant, seen=lambda pairs: sorted(pairs, key=lambda pair: pair[0].id))
        names = [(person.name, person.address) for person, _ in by_name]
        assert names == sorted(names)

    # --- lists --------------------------------------------------------------------------------

    def list_id(self, data: Data, *, blank: bool = False) -> int:
        """Of any organisation, there or gone."""
        wanted = [id for id, row in self.model.lists.items() if row.blank is blank]
        gone = sorted(self.gone_lists - self.model.lists.keys())
        return int(self.one(data, wanted * 3 + gone))

    @property
    def blank_lists(self) -> list[int]:
        return [id for id, row in self.model.lists.items() if row.blank]

    @property
    def gone_lists(self) -> set[int]:
        known: set[int] = self.__dict__.setdefault("_known_lists", set())
        known |= self.model.lists.keys()
        return known

    @rule(data=st.data(), name=st.sampled_from(["Everybody", "élite", "Élite 2", "sales"]))
    def a_list_is_made(self, data: Data, name: str) -> None:
        tenant = self.tenant(data)
        people = self.people(data, tenant)
        result_of = self.one(data, list(self.model.campaigns_)) if data.draw(st.booleans()) else None
        owner, cause = self.one(data, self.people(data, tenant, 1)), self.cause(data, "list", list(self.model.lists))
        if cause and self.model.made_by(cause, "list") in self.blank_lists:
            cause = ""  # it would become another's
        deed = self.deed(cause)
        columns = {person: data.draw(COLUMNS) for person in people} if data.draw(st.booleans()) else None
        more = {"columns": columns, "result_of": result_of, "deed": deed}
        self.same("new_list", tenant, owner, name, people, **more, given=number)

    @rule(data=st.data())
    def a_blank_list_is_begun(self, data: Data) -> None:
        tenant = self.tenant(data)
        owner, cause = self.one(data, self.people(data, tenant, 1)), self.cause(data, "list", list(self.model.lists))
        id = self.same("blank_list", tenant, owner, cause=cause, given=lambda id: [id])
        self.fill(data, id)

    @rule(data=st.data(), blank=st.booleans())
    def people_are_enlisted(self, data: Data, blank: bool) -> None:
        id = self.list_id(data, blank=blank)
        self.fill(data, id)
        row = self.model.lists.get(id)
        people = self.people(data, row.list.tenant if row else self.tenant(data))
        self.same("enlist", id, people, deed=self.deed())

    def fill(self, data: Data, id: int) -> None:
        row = self.model.lists.get(id)
        people = self.people(data, row.list.tenant if row else self.tenant(data))
        columns = [data.draw(COLUMNS) for _ in people] if data.draw(st.booleans()) else ()
        self.same("fill_blank", id, people, columns, keep=data.draw(st.booleans()))

    @rule(data=st.data(), whos=st.lists(WHOS, unique=True), named=st.booleans())
    def a_list_is_filled_from_a_file(self, data: Data, whos: list[str], named: bool) -> None:
        id = self.list_id(data, blank=True)
        row = self.model.lists.get(id)
        named_as = {address: who.title() if named else "" for who in whos for address in addresses(data, who)}
        contacts = tuple(
            Contact(address=address, given_name=name, columns=data.draw(COLUMNS)) for address, name in named_as.items()
        )

        def given(_: object) -> list[int]:
            people = [self.ask("person_at", row.list.tenant, one.address) for one in contacts] if row else []
            return [person.id for person in people if person]

        self.same("fill_from_page", id, to_json(ContactPage(contacts=contacts)).encode(), given=given)

    @rule(data=st.data(), blank=st.booleans())
    def people_are_dismissed(self, data: Data, blank: bool) -> None:
        people = self.people(data, self.tenant(data))
        self.same("dismiss", self.list_id(data, blank=blank), people, deed=self.deed())

    @rule(data=st.data(), columns=st.sampled_from([(), ("DEPARTMENT", "FLOOR")]))
    def a_list_is_published(self, data: Data, columns: tuple[str, ...]) -> None:
        self.same("publish_list", self.list_id(data, blank=True), "Published", columns, deed=self.deed())

    @rule(data=st.data(), columns=st.sampled_from([(), ("DEPARTMENT", "FLOOR")]), read=st.booleans())
    def a_list_is_filled_anew(self, data: Data, columns: tuple[str, ...], read: bool) -> None:
        id, blank = self.list_id(data), self.list_id(data, blank=True)
        one, other = self.model.lists.get(id), self.model.lists.get(blank)
        if one is not None and other is not None and one.list.tenant != other.list.tenant:
            return
        if read:
            self.same("refresh_list", id, blank, columns, read_at=self.later())
        else:
            self.same("refill_list", id, blank, columns, deed=self.deed())

    @rule(data=st.data(), kind=st.sampled_from(SourceKind), name=st.sampled_from(["Sales", "Law"]))
    def a_group_becomes_a_list(self, data: Data, kind: SourceKind, name: str) -> None:
        tenant = self.tenant(data)
        source = Source(kind=kind, id="source", name=name, service_url=data.draw(st.sampled_from(["", "https://a/"])))
        owner = self.one(data, self.people(data, tenant, 1))
        self.same("list_from", tenant, owner, name, source, deed=self.deed(), given=number)

    @rule(data=st.data(), name=st.sampled_from(["Renamed", "ZZ"]), to_all=st.booleans(), blank=st.booleans())
    def a_list_is_renamed_and_shared(self, data: Data, name: str, to_all: bool, blank: bool) -> None:
        id = self.list_id(data, blank=blank)
        self.same("rename_list", id, name, deed=self.deed())
        people = self.people(data, self.tenant(data))
        self.same("share_list", id, people, all_authors=to_all, deed=self.deed())

    @rule(data=st.data(), blank=st.booleans())
    def a_list_is_deleted(self, data: Data, blank: bool) -> None:
        self.same("delete_list", self.list_id(data, blank=blank), deed=self.deed())
        self.same("drop_blank", self.list_id(data, blank=blank))

    @rule(data=st.data())
    def lists_that_nobody_sees_become_one(self, data: Data) -> None:
        if self.blank_lists:
            some = st.lists(st.sampled_from(self.blank_lists), unique=True, max_size=3)
            self.same("absorb_blanks", data.draw(st.sampled_from(self.blank_lists)), data.draw(some))

    def audience(self, data: Data, tenant: TenantId) -> Audience:
        ids = [id for id, row in self.model.lists.items() if row.list.tenant == tenant]
        some = st.lists(st.sampled_from(ids), unique=True, max_size=2).map(tuple) if ids else st.just(())
        return Audience(
            everyone=data.draw(st.booleans()),
            lists=data.draw(some),
            except_lists=data.draw(st.one_of(st.just(()), some)),
            guests=data.draw(st.booleans()),
        )

    def segment(self, data: Data, tenant: TenantId) -> Audience:
        campaigns = [id for id, one in self.model.campaigns_.items() if one.tenant == tenant]
        return replace(self.audience(data, tenant), only=data.draw(rules(campaigns)))

    @rule(data=st.data(), name=st.sampled_from(["Engineers", "Not yet"]), columns=LIST_COLUMNS)
    def a_segment_is_made(self, data: Data, name: str, columns: tuple[str, ...]) -> None:
        tenant = self.tenant(data)
        owner, cause = self.one(data, self.people(data, tenant, 1)), self.cause(data, "list", list(self.model.lists))
        if cause and self.model.made_by(cause, "list") in self.blank_lists:
            cause = ""  # it would become another's
        segment = self.segment(data, tenant)
        self.same("new_segment", tenant, owner, name, segment, columns, deed=self.deed(cause), given=number)

    @rule(data=st.data(), columns=LIST_COLUMNS)
    def a_segment_is_changed(self, data: Data, columns: tuple[str, ...]) -> None:
        segments = [id for id, row in self.model.lists.items() if row.list.segment]
        id = self.one(data, segments) if data.draw(st.booleans()) else self.list_id(data)
        row = self.model.lists.get(id)
        segment = self.segment(data, row.list.tenant if row else self.tenant(data))
        self.same("change_segment", id, segment, columns, deed=self.deed())

    @rule(data=st.data(), search=WORDS)
    def an_audience_is_looked_at(self, data: Data, search: str) -> None:
        tenant, channel = self.tenant(data), self.channel(data)
        self.same("lists", tenant)
        self.same("distribution_list", self.list_id(data, blank=data.draw(st.booleans())))
        audience = self.segment(data, tenant) if data.draw(st.booleans()) else self.audience(data, tenant)
        if self.blank_lists and data.draw(st.booleans()):
            hidden = st.lists(st.sampled_from(self.blank_lists), unique=True, max_size=2).map(tuple)
            audience = replace(audience, among=data.draw(hidden), beyond=data.draw(hidden))
        where = (tenant, audience, channel)
        self.same("reach", *where)
        self.same("unreached", *where)
        self.same("zones", *where)
        self.same("recipients", *where, seen=lambda both: [sorted(people) for people in both])
        self.same("people_bits", tenant, where[2], [audience, Audience(everyone=True), audience])
        offset, limit = data.draw(st.sampled_from([(0, ALL), (0, 2), (1, 2)]))
        asked = {"search": search, "reachable": data.draw(st.sampled_from([None, True, False]))}
        asked["by_name"] = data.draw(st.booleans())
        self.same("members", *where, limit, offset, **asked)
        people = self.people(data, tenant)
        self.same("columns_of", audience, people)
        groups = {"seen": lambda by_profile: {profile: sorted(some) for profile, some in by_profile.items()}}
        self.same("profiles_of", *where, people, **groups)
        wanted = data.draw(st.sampled_from([("law", "SALES", "Paris"), ("3", "paris", "ada surname"), ()]))
        self.same("known_values", tenant, [self.list_id(data)], wanted)
        self.same("by_zone", people, seen=lambda zones: {zone: sorted(some) for zone, some in zones.items()})
        named = [who.lower() + ending for who in WHO for ending in ADDRESSES]
        self.same("reach_at", tenant, data.draw(st.lists(st.sampled_from(named))), channel)

    # --- installing the bot -------------------------------------------------------------------

    @rule(data=st.data())
    def an_installation_begins(self, data: Data) -> None:
        tenant = self.tenant(data)
        author, audience = self.one(data, self.people(data, tenant, 1)), self.audience(data, tenant)
        begun = (tenant, author, "Everybody", audience, 3, self.later())
        self.same("new_installation", *begun, given=number)

    @rule(data=st.data(), ends=st.booleans(), stale=st.booleans())
    def an_installation_goes_on(self, data: Data, ends: bool, stale: bool) -> None:
        known = self.model.installations.get(self.one(data, list(self.model.installations)))
        if known is not None and not known.finished_at:
            further = replace(known, cursor=known.cursor + 1, finished_at=self.later() if ends else None)
            self.same("save_installation", replace(further, version=known.version - stale))
        self.same("open_installations")
        for id in [*self.model.installations, 10**9]:
            self.same("installation", id)
