"""Publishing: it renders the public files from the ledger and other tables, and writes them to a folder or a bucket.

It offers the contracts and exporters of the files, the stores, JSON Schemas with versions, and a server for the site.
"""
