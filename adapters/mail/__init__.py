"""E-mail by SMTP: the way out for what no chat takes. Nothing comes in by it."""

from adapters.mail.door import Mail

__all__ = ["Mail"]
