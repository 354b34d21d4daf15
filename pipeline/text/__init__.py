"""What is known about text as such, whatever is done with it."""
