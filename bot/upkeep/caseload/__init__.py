"""An open caseload from a CSV file: cases with facts at past dates, put in quietly."""

from bot.upkeep.caseload.putting_in import Import, Report

__all__ = ["Import", "Report"]
