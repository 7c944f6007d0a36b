"""The engine: forms, plans and their commitment. It knows no part and no field by name."""
