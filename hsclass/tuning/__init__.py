"""Searches for the options of a model, by spatial cross-validation inside the training pixels of a split."""
