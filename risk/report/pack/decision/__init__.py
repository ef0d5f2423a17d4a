"""What a committee acts on: drivers and limits."""
