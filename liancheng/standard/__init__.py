"""The unified standard 统一认定标准: versions as data, and the verdict of a version on a decision."""

from liancheng.standard.loader import CURRENT, current, load, read, versions
from liancheng.standard.model import Standard

__all__ = ["CURRENT", "Standard", "current", "load", "read", "versions"]
