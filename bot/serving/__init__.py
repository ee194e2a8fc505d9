"""What a running bot is made of: its web server, its log, its measures and the demo's clock."""
