"""Watch rules: their language, their files, and finding which of them an article matches."""
