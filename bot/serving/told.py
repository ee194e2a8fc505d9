"""What the operator reads when the bot begins to answer: where, on which platforms, and what to try first."""

from collections.abc import Sequence

from bot.settings import Settings

FIRST_LINES = (
    ("status 42", "where a case stands: speech and language advice is late, and an MP asks why"),
    ("list overdue", "everything that is late, with the kind of clock"),
    ("new", "open a case: a form that only you see"),
    ("ask 115 all", "ask education, psychology, health and social care; then look into their rooms"),
    ("received speech 42", "record advice: its clock stops, and the card changes in every room"),
)


def demo_lines(address: str) -> str:
    """The demo's welcome: five things to type first."""
    width = max(len(line) for line, _ in FIRST_LINES)
    lines = "\n".join(f"  {line:{width}}  {why}" for line, why in FIRST_LINES)
    return (
        f"The demo is at {address} — everybody in it is made up, and you begin as Priya Shah.\n"
        f"Type there first:\n{lines}\n"
        "Then move the clock on to the next nudge, and see who hears of it.\n"
        "Ctrl+C stops it. What you did is kept; make demo-reset starts over."
    )


def serving_lines(settings: Settings, address: str) -> str:
    """What is configured, and what is not."""
    lines = [f"referralbot answers at {address}", *_slack(settings), *_teams(settings)]
    page = (
        f"on at {address}: anyone on this machine can speak as anyone, so for trials alone"
        if settings.local_page
        else "off"
    )
    return "\n".join([*lines, _mail(settings), f"Local page: {page}."])


def _slack(settings: Settings) -> Sequence[str]:
    if not settings.slack:
        return ("Slack: not configured. Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET to add it.",)
    how = "Socket Mode" if settings.slack_app_token else "requests to /slack/events"
    return (f"Slack: {how}.",)


def _teams(settings: Settings) -> Sequence[str]:
    if settings.teams_playground:
        return ("Teams: unsigned messages from this machine, for the Agents Playground.",)
    if not settings.teams:
        return ("Teams: not configured. Set TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_APP_TENANT_ID to add it.",)
    return (f"Teams: messages to /api/messages, from {len(settings.tenants)} tenant(s).",)


def _mail(settings: Settings) -> str:
    if not settings.mail:
        return "E-mail: not configured. Set REFERRALBOT_SMTP_URL and REFERRALBOT_SMTP_FROM to add it."
    return f"E-mail: from {settings.smtp_from}, where no chat takes a message."
