"""The embedded store: SQLite from the standard library."""

from storage.sqlite.activities import SqliteActivities
from storage.sqlite.audiences import SqliteAudiences
from storage.sqlite.audit import SqliteAudit
from storage.sqlite.backup import SqliteBackup
from storage.sqlite.campaigns import SqliteCampaigns
from storage.sqlite.deliveries import SqliteDeliveries
from storage.sqlite.directory import SqliteDirectory
from storage.sqlite.documents import SqliteDocuments
from storage.sqlite.engagements import SqliteEngagements
from storage.sqlite.erasure import SqliteErasure
from storage.sqlite.imports import SqliteImports
from storage.sqlite.installations import SqliteInstallations
from storage.sqlite.lists import SqliteLists
from storage.sqlite.mails import SqliteMails
from storage.sqlite.people import SqlitePeople
from storage.sqlite.results import SqliteResults
from storage.sqlite.retention import SqliteRetention
from storage.sqlite.roles import SqliteRoles
from storage.sqlite.templates import SqliteTemplates
from storage.sqlite.weekly_cap import SqliteWeeklyCap


class SqliteStore(
    SqlitePeople,
    SqliteRoles,
    SqliteDirectory,
    SqliteLists,
    SqliteImports,
    SqliteInstallations,
    SqliteAudiences,
    SqliteCampaigns,
    SqliteTemplates,
    SqliteDeliveries,
    SqliteWeeklyCap,
    SqliteEngagements,
    SqliteResults,
    SqliteMails,
    SqliteRetention,
    SqliteErasure,
    SqliteBackup,
    SqliteAudit,
    SqliteDocuments,
    SqliteActivities,
):
    """``SqliteStore(path)``; see storage.port.store.Store for what it can be asked."""
