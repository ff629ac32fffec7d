"""The people of a file become those of a list."""

from __future__ import annotations

from storage.mongo.lists import BLANKS, MongoLists
from storage.mongo.people import MongoPeople
from storage.records import ContactPage, ListId
from storage.shared.json import from_json


class MongoImports(MongoLists, MongoPeople):
    async def fill_from_page(self, id: ListId, page: bytes) -> None:
        if await self.is_blank(id) and (blank := await self.collection(BLANKS).find_one({"_id": id})):
            contacts = from_json(ContactPage, page).contacts
            people = await self.meet(blank["tenant"], contacts)
            said = {person: contact.columns for person, contact in zip(people, contacts, strict=True)}  # the last word
            await self.put_in(id, list(said), list(said.values()))
