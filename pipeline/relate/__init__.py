"""What belongs together: an article's identity, its versions, near-copies and stories."""
