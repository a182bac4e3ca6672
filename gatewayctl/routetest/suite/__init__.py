"""Route tests as files: what a request is expected to meet, compared with what it does meet."""
