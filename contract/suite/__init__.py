"""The judge as pytest tests, one per clause; see contract.plugin."""
