"""The experiments of the paper, as commands and as functions."""
