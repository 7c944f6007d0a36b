"""A run of the judge from the first knock to the verdict."""
