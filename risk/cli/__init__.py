"""The `bubblerisk` program: one file per group of commands, loaded when it is called."""
