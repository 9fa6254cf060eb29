"""Images that are classified as wholes: the second kind of data set, with stages of its own.

``fetch ─> index ─> split ─> features ─> train ─> predict ─> evaluate``; the report is in `hsclass.report`.
"""
