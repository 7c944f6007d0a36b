"""Everything under ``/_invigilate``."""
