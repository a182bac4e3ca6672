"""How instances are reached: connections of our own with their pools, services, the built-in echo."""
