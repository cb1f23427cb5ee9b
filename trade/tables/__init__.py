"""A question to the cube as a page shows it: in words, as a table, as a chart's address, as downloads."""

from trade.tables.block import Block, block_make

__all__ = ["Block", "block_make"]
