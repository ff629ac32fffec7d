"""A model of the Store port: what a store has to answer, from plain dicts that one reads in one sitting.

It knows nothing of SQL, documents, threads, leases on connections or deaths: a change is a few lines, a question a walk
through everything. The rules of a campaign's life, of engagement and of what an answer teaches are the product's own
pure functions (storage/records, storage/shared), which have tests of their own.
"""

from storage.records import ContactPage, ListId
from storage.shared.json import from_json
from tests.contract.model.campaigns import ModelOfCampaigns
from tests.contract.model.lists import ModelOfLists
from tests.contract.model.operations import ModelOfOperations


class Model(ModelOfLists, ModelOfCampaigns, ModelOfOperations):
    """Its methods are called as the port's are. Numbers that a store gives are told to it in ``given``."""

    def fill_from_page(self, id: ListId, page: bytes) -> None:
        if id in self.lists and self.lists[id].blank:
            contacts = from_json(ContactPage, page).contacts
            people = self.meet(self.lists[id].list.tenant, contacts)
            self.fill_blank(id, people, [contact.columns for contact in contacts])
