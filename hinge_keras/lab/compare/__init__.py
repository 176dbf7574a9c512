"""`hk.compare`: which loss for your data and your model?"""

from hinge_keras.lab.compare.call import compare as compare
from hinge_keras.lab.compare.comparison import Comparison as Comparison
from hinge_keras.lab.compare.predictor import Predictor as Predictor
