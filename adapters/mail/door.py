"""The mail server as a platform beside the chats: the courier writes to it, and it says nothing to the bot."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from aiohttp import web

from adapters.mail.chat import AT_ONCE, MailChat
from bot.courier import Credentials


class Mail:
    """Its threads are its own: a mail server that hangs must not use up those that the database is asked in."""

    def __init__(self, found: Sequence[Credentials], *, clock: Callable[[], datetime]) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "mail")
        self._chats = {each.connection: MailChat(each, threads=self._threads, clock=clock) for each in found}

    def chat(self, connection: int) -> MailChat:
        return self._chats[connection]

    def routes(self) -> Iterable[web.RouteDef]:
        return ()

    async def start(self) -> None:
        """Nothing is opened before there is something to send."""

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
