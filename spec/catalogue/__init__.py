"""The promises of the contract and the contradictions that were settled to make them."""
