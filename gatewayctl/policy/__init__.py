"""Pure engines: time and randomness are arguments, nothing waits. Each folder is one plug point."""
