"""What goes over the wire, byte by byte: one file a subject, one table of cases a file."""
