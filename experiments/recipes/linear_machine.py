"""A linear machine with a smooth hinge, by Newton's method, to a certified minimum."""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hinge_keras.svm import SmoothSVC

x, y = load_breast_cancer(return_X_y=True)
x, x_test, y, y_test = train_test_split(x, y, random_state=0)

model = make_pipeline(StandardScaler(), SmoothSVC("psi_g", sigma=0.5, C=0.1))
right = model.fit(x, y).score(x_test, y_test)
print(f"right: {right:.0%}")
