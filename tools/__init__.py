"""What makes the documentation: no part of the program, and not installed with it."""
