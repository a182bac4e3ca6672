"""The face for traffic: doors read requests, an exchange carries each from its head to its log line."""
