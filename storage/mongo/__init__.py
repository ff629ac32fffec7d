"""The MongoDB store: where several copies of the bot meet. Only this package imports motor and pymongo."""

from storage.mongo.audiences import MongoAudiences
from storage.mongo.backup import MongoBackup
from storage.mongo.campaigns import MongoCampaigns
from storage.mongo.deliveries import MongoDeliveries
from storage.mongo.directory import MongoDirectory
from storage.mongo.documents import MongoDocuments
from storage.mongo.engagements import MongoEngagements
from storage.mongo.erasure import MongoErasure
from storage.mongo.imports import MongoImports
from storage.mongo.installations import MongoInstallations
from storage.mongo.mails import MongoMails
from storage.mongo.results import MongoResults
from storage.mongo.retention import MongoRetention
from storage.mongo.roles import MongoRoles
from storage.mongo.templates import MongoTemplates


class MongoStore(
    MongoErasure,
    MongoBackup,
    MongoRetention,
    MongoDirectory,
    MongoImports,
    MongoInstallations,
    MongoAudiences,
    MongoRoles,
    MongoMails,
    MongoCampaigns,
    MongoDocuments,
    MongoTemplates,
    MongoDeliveries,
    MongoEngagements,
    MongoResults,
):
    """``MongoStore(url)``; see storage.port.store.Store for what it can be asked.

    Nothing here spans two documents at once, and a kill -9 may fall between any two writes. So every
    method writes in an order in which what is half done is harmless and is completed by the next
    caller, the next sweep or the next start; the modules say how.
    """
