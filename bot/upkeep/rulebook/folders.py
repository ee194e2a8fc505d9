"""Which rules an operator means: the law's own, those with a council's overlay, or those of a folder by its name."""

from pathlib import Path

from bot.domain.errors import BadSettings
from bot.rules import HERE, SHIPPED, Rules, load_rules, rules_from, tables_in
from bot.rules.pack import is_overlay


def law_and(overlay: str | None) -> Rules:
    """The pack that comes with the bot, with an overlay over it where one is named."""
    return load_rules(HERE, folder_of(overlay) if overlay else None)


def rules_in(name: str, *, over: Path = HERE) -> Rules:
    """Those of a pack; those of an overlay as it lies over a pack."""
    tables = tables_in(folder_of(name))
    return rules_from(tables_in(over), tables) if is_overlay(tables) else rules_from(tables)


def folder_of(name: str) -> Path:
    """A folder, or one of those that come with the bot, by its name."""
    for folder in (Path(name), SHIPPED / name):
        if folder.is_dir():
            return folder
    shipped = ", ".join(sorted(each.parent.name for each in SHIPPED.glob("*/pack.csv")))
    raise BadSettings(f"There is no folder of rules {name}. Those that come with the bot: {shipped}.")
