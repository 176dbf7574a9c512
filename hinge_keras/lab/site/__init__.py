"""The static site: published tables in, pages out, which open from the file system."""

from hinge_keras.lab.site.build import build

__all__ = ["build"]
