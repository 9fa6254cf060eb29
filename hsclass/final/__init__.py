"""The deliver stage: the best map that all labels support, with the accuracy of a nested cross-validation."""
