"""Activities as Teams signs and sends them."""

import json
from itertools import count
from pathlib import Path
from urllib.request import urlopen

from bench.load import Make, post
from bench.processes import Running

PAYLOAD = Path(__file__).parent.parent / "tests" / "adapters" / "payloads" / "teams" / "personal_message.json"
NUMBERS = count(1_700_000_000_000)


def message(text: str, outside: Running) -> Make:
    """A personal message, each time another one, under a token that Microsoft's keys have signed."""
    with urlopen(f"{outside.url}/learn") as answer:
        learnt = json.load(answer)
    activity = json.loads(PAYLOAD.read_text("utf-8").replace("{service_url}", learnt["service_url"]))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {learnt['token']}"}

    def make() -> bytes:
        body = json.dumps({**activity, "text": text, "id": str(next(NUMBERS))})
        return post("/api/messages", body.encode(), headers)

    return make
