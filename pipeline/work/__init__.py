"""How workers run: receive, handle, commit; what to do with what fails."""
