def plot_game(*a): pass
def plot_landscape(*a): pass
