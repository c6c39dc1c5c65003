"""The paper's tables and the comparisons around them, each by one command.

``python -m experiments --help`` lists them. What a command has finished is kept in its
results folder, one line a run, so a killed command goes on where it stopped.
"""
