"""A council's quarter on both platforms, and a search of all that it left behind for anything private."""
