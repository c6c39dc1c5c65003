"""Images: the paper's imbalanced classes (A.7.3), and a spurious correlation of colours.

`coloured` and `coloured_methods` compare methods on images whose colour misleads;
`imbalance` repeats the paper's Figure 7.
"""
