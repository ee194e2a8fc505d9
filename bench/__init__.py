"""How fast the bot is, measured side by side with bare listeners: `python -m bench` writes docs/benchmarks.md."""
