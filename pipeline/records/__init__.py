"""What travels through the event log: one frozen dataclass a topic, and their encoding."""
