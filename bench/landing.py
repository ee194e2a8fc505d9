"""The stand-in for Slack, for two workspaces: it takes everything, and tells when each message came."""

import time
from typing import Any

from aiohttp import web

from bench.council import TEAM
from tests.adapters.fake_slack import FakeSlack

OTHER_TEAM, OTHER_TOKEN = "T0OTHER", "xoxb-other"


class Landing(FakeSlack):
    def __init__(self) -> None:
        super().__init__()
        self.landed: list[tuple[str, float]] = []
        self._team = TEAM

    def _allowed(self, _method: str, authorization: str, _body: dict[str, Any]) -> None:
        """Whoever asks may; which workspace it is, the token says."""
        self._team = OTHER_TEAM if authorization.endswith(OTHER_TOKEN) else TEAM

    def _auth_test(self, body: dict[str, Any]) -> dict[str, Any]:
        return super()._auth_test(body) | {"team_id": self._team}

    def _chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:
        made = super()._chat_postMessage(body)
        self.landed.append((made["channel"], time.time()))
        return made

    async def tell(self, request: web.Request) -> web.Response:
        """The messages from the `since`th on: the channel of each, and the wall clock's seconds."""
        return web.json_response(self.landed[int(request.query["since"]) :])
