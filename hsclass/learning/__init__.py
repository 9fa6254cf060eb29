"""Training of networks: the loop over epochs, its batches, options and callbacks."""
