"""The words all rings share: units, diagnostics, HTTP grammar, heads, failures and replies. Imports nothing of ours."""
