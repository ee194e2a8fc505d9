"""What a running bot is made of: its web server, its log and its measures."""
