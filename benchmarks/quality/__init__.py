"""How well the mesh understands, guards and answers: `make eval`."""
