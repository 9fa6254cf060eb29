"""Whole-scene prediction of networks in large pieces, where that gives the same numbers as window by window."""
