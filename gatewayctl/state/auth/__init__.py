"""What authentication needs of the world and keeps over reloads: fetched keys, checks that take long, a server that decides."""
