"""What went wrong with a request of httpx, in words: those of the system or of TLS, without error numbers."""


def http_words(error: Exception) -> str:
    """Why ``error`` was raised, in a few words; never empty."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.partition("] ")[2].partition(" (_ssl")[0] or cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error).partition("] ")[2] or str(error) or type(error).__name__
