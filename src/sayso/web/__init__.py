"""Door: the local web page and the REST interface over one ledger.  See docs/web.md."""
