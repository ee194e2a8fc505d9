"""The app package that a Teams administrator uploads: the manifest filled in, with its two icons."""

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bot.domain.errors import BadSettings

HERE = Path(__file__).parent
MOST_COMMANDS = 12
"""Commands that one menu of Teams holds. Manifest schema 1.30."""
LONGEST_TITLE = 128
LONGEST_DESCRIPTION = 4000
ICONS = ("color.png", "outline.png")


def teams_package(
    url: str, *, app_id: str, commands: Sequence[tuple[str, str]], privacy_url: str = "", terms_url: str = ""
) -> bytes:
    """The zip for the bot at `url`, with `(title, description)` commands in its menus.

    A menu holds twelve: the first twelve are offered, and the others can be typed all the same. Raises BadSettings.
    """
    manifest = teams_manifest(url, app_id=app_id, commands=commands, privacy_url=privacy_url, terms_url=terms_url)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        # One fixed date, so that the same manifest gives the same file.
        package.writestr(zipfile.ZipInfo("manifest.json"), json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        for icon in ICONS:
            package.writestr(zipfile.ZipInfo(icon), (HERE / icon).read_bytes())
    return packed.getvalue()


def teams_manifest(
    url: str, *, app_id: str, commands: Sequence[tuple[str, str]], privacy_url: str = "", terms_url: str = ""
) -> dict[str, Any]:
    """The manifest alone. Raises BadSettings for an address or an app id that Teams would not take."""
    host = _host(url)
    manifest: dict[str, Any] = json.loads((HERE / "manifest.json").read_text("utf-8"))
    manifest["id"] = manifest["bots"][0]["botId"] = _guid(app_id)
    manifest["developer"] |= {
        "websiteUrl": url,
        "privacyUrl": privacy_url or url,
        "termsOfUseUrl": terms_url or url,
    }
    manifest["validDomains"] = [host]
    for menu in manifest["bots"][0]["commandLists"]:
        menu["commands"] = [
            {"title": title[:LONGEST_TITLE], "description": description[:LONGEST_DESCRIPTION]}
            for title, description in commands[:MOST_COMMANDS]
        ]
    return manifest


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme == "https" else None
    except ValueError:
        host = None
    if not host:
        raise BadSettings(f"Teams reaches the bot by https only, so {url!r} cannot be its address. Use https://…")
    return host


def _guid(app_id: str) -> str:
    try:
        return str(UUID(app_id))
    except ValueError:
        raise BadSettings(
            "TEAMS_APP_ID is not an app id. Copy the Application (client) ID of the bot's registration in Entra."
        ) from None
