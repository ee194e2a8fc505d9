"""The bot in Slack: any number of workspaces, over HTTP or Socket Mode."""

from adapters.slack.edge import OPEN_REFERRAL, PATH, Slack

__all__ = ["OPEN_REFERRAL", "PATH", "Slack"]
