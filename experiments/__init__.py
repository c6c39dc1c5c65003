"""The paper's tables and the comparisons around them, each by one command.

``python -m experiments --help`` lists them. A finished run is kept in an SQLite file
of the results folder, so a killed command goes on where it stopped.

A command (in `experiments.commands`) lists the runs it needs, each a *spec*: a dict such as
``{"setting": "adult_sex", "method": "ltr", "seed": 0}``. `runs.run_all` trains those that
the file (`store.RunStore`) lacks, and the command summarizes all of them.
"""
