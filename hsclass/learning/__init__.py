"""How networks learn: the loop over epochs, its batches, its options, and what watches it."""
