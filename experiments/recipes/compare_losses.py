"""Several losses on one table, tuned alike: which is ahead, and is that sure?"""

import numpy as np
import pandas as pd

import hinge_keras as hk

random = np.random.default_rng(0)
table = pd.DataFrame(random.normal(size=(500, 3)), columns=["width", "height", "age"])
table["ill"] = np.where(table.width + table.height > 0.5, "yes", "no")

found = hk.compare(
    None, table, "ill", seeds=6, learning_rates=[0.003, 0.03], epochs=10, verbose=False
)
print(found.recommendation())
