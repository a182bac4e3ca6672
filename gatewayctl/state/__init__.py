"""What changes while the gateway runs, keyed by identity, so that it outlives a reload."""
