"""How faults bend the mock. Nothing here is reached unless a fault is asked for."""
