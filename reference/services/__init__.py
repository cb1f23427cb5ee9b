"""Writes of the shared vocabulary: loading it from its files, and keeping the search index true to it."""

from reference.services.index import index_refresh
from reference.services.load import reference_load

__all__ = ["index_refresh", "reference_load"]
