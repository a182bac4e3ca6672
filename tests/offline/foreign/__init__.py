"""From and to other tools, by the command line."""
