"""From a request to what the contract expects of its answer."""
