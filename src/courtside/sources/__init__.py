"""Sources: fetch payloads from providers, read them from files, and store their bytes.

The room offers the requests of each provider, an HTTP client with retries and quotas, the payload store, and the
simulated league.
"""
