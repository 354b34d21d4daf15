"""From matches to alerts: one for a rule and a story, and who is to be told."""
