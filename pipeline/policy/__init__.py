"""Who is told of an alert, when, and over which channels: the policy file, and what it says of each alert."""
