"""What other tools write and read: OpenAPI and nginx become a configuration, a configuration becomes OpenAPI or a graph.

Pure functions from text and plans to text; files and options are the command line's.
"""
