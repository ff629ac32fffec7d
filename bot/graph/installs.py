"""Installing the bot for people: the Installer port on Microsoft Graph.

Sources, in the Graph documentation: "Install app for user" (201, and 409 where it is there), "List apps
installed for user", "Get chat between user and teamsApp", "List teamsApp in the catalogue"; in the Teams
documentation: "Send proactive installation messages". Application permissions:
TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All, as the package asks for resource-specific permissions which
are consented to with the install, and AppCatalog.Read.All to find the app by the id of its package.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

from bot.graph.client import Graph, Refusal, needing
from bot.permissions import RESOURCE_SPECIFIC
from scheduler.ports import Installed, NotAnswered, NotInCatalogue
from storage.records import NotInstalled, TenantId

log = logging.getLogger(__name__)

PERMISSION = "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All"
CATALOGUE = "AppCatalog.Read.All"
#: what the app package asks for: a body without it, or with another, is refused
CONSENTED = [{"permissionValue": name, "permissionType": "application"} for name in RESOURCE_SPECIFIC]


class GraphInstaller:
    """``app``: the id in the app package, TEAMS_APP_ID; each organisation's catalogue has its own for it."""

    def __init__(self, graph: Graph, app: str) -> None:
        self._graph = graph
        self._app = app
        #: the app's id in each organisation's catalogue
        self._known: dict[TenantId, str] = {}

    async def install(self, tenant: TenantId, directory_id: str) -> Installed | NotInstalled:
        app = self._known.get(tenant) or await self.in_catalogue(tenant)
        apps = f"users/{quote(directory_id, safe='')}/teamwork/installedApps"
        body = {
            "teamsApp@odata.bind": f"{self._graph.base_url}/appCatalogs/teamsApps/{app}",
            "consentedPermissionSet": {"resourceSpecificPermissions": CONSENTED},
        }
        before = False
        with needing(PERMISSION):
            try:
                await self._graph.post(tenant, apps, body)
            except Refusal as refusal:
                if refusal.status != 409:
                    return self._about_the_person(refusal)
                before = True
            return Installed(await self._chat(tenant, apps, app), before)

    @staticmethod
    def _about_the_person(refusal: Refusal) -> NotInstalled:
        """Raises the refusal again where it is about us: our permission."""
        if refusal.status == 404:
            return NotInstalled.NOT_IN_DIRECTORY
        words = f"{refusal.code} {refusal.text}".lower()
        if refusal.status == 403:
            # "Missing role permissions on the request" is ours; "blocked by app permission policy" is theirs
            if "policy" in words or "blocked" in words:
                return NotInstalled.NOT_ALLOWED
            raise refusal
        log.warning("the bot was not installed for somebody: status=%d code=%s", refusal.status, refusal.code)
        return NotInstalled.REFUSED

    async def _chat(self, tenant: TenantId, apps: str, app: str) -> str:
        """The chat between the person and the bot; "" where the Graph does not tell it (yet)."""
        query = {"$expand": "teamsApp", "$filter": f"teamsApp/id eq '{app}'"}
        try:
            apps_found = (await self._graph.get(tenant, apps, query)).get("value")
            if not isinstance(apps_found, list) or not apps_found:
                return ""
            id = quote(str(apps_found[0].get("id")), safe="")
            return str((await self._graph.get(tenant, f"{apps}/{id}/chat")).get("id") or "")
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return ""

    async def in_catalogue(self, tenant: TenantId) -> str:
        """The app's id in the organisation's catalogue. Raises NotAnswered, NotInCatalogue."""
        query = {"$filter": f"externalId eq '{self._app}'"}
        with needing(CATALOGUE):
            answer = await self._graph.get(tenant, "appCatalogs/teamsApps", query)
        apps = answer.get("value")
        if not isinstance(apps, list):
            raise NotAnswered("a catalogue was expected")
        if not apps or not isinstance(apps[0], dict) or not apps[0].get("id"):
            raise NotInCatalogue(self._app)
        self._known[tenant] = str(apps[0]["id"])
        return self._known[tenant]
