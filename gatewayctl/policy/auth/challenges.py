"""WWW-Authenticate (RFC 9110 11.6.1): which credentials would be taken, and what was wrong with those that came."""


def challenge(scheme: str, realm: str = "", **parameters: str) -> bytes:
    """One challenge. Parameters are quoted strings; what cannot stand in a field is left out."""
    given = {"realm": realm} | parameters if realm else parameters
    return f"{scheme} {', '.join(f'{name}={_quoted(value)}' for name, value in given.items())}".strip().encode()


def _quoted(value: str) -> str:
    visible = "".join(char for char in value if " " <= char <= "~")
    escaped = visible.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
