"""The Slack app's manifest, ready to paste into "Create an app from a manifest"."""

from pathlib import Path
from urllib.parse import urlsplit

from bot.domain.errors import BadSettings

EXAMPLE = "https://referralbot.example"
"""The address that stands in the file until the real one is known."""


def slack_manifest(url: str, *, socket_mode: bool = False) -> str:
    """The manifest as YAML. `url` is where Slack reaches the bot; in Socket Mode Slack needs none, and it is not read.

    Raises BadSettings for an address that Slack would refuse.
    """
    lines = Path(__file__).with_name("slack.yaml").read_text(encoding="utf-8").splitlines()
    if socket_mode:
        kept = "\n".join(line for line in lines if EXAMPLE not in line)
        return kept.replace("socket_mode_enabled: false", "socket_mode_enabled: true") + "\n"
    return "\n".join(lines).replace(EXAMPLE, _address(url)) + "\n"


def _address(url: str) -> str:
    """The address without a closing slash. A path before /slack/events is allowed: a proxy may add one."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    odd = parts.query or parts.fragment or parts.username or set(url.strip()) & set(" \"'#{}\n\\")
    if parts.scheme != "https" or not parts.hostname or odd:
        raise BadSettings(f"{url!r} is no address for Slack. Give one such as https://referralbot.council.gov.uk")
    return url.strip().rstrip("/")
