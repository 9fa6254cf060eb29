"""Keras, loaded once with one thread before any test module that imports it at its top."""

from hsclass.backend import load_keras

load_keras(threads=1)
