"""Publishing: render the public files from the ledger and other tables, and write them to a folder or a bucket.

The room offers the contracts and exporters of the files, the stores, JSON Schemas with versions, and a server for the
site.
"""
