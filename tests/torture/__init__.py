"""What is done to the program to break it, as often as patience allows: `make torture`."""
