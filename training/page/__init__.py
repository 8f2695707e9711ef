"""Training of acquire/body.py: which paragraphs of a page are the body of the report."""
