"""The door for Python: runs as DataFrames, and what the command line prints as objects.

`risk` itself offers what stands here by name. The command line is written on it.
"""
