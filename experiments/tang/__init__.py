"""A paper that puts a squared hinge before softmax, on digits and on MNIST."""
