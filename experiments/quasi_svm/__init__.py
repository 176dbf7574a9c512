"""A recipe for an SVM on random Fourier features, on digits and on MNIST."""
