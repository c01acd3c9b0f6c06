"""Odd texts for each reader: `run.py` grows them, `test_finds.py` reads again those that once went wrong."""
