"""Companies that let devices: loans, distress, default, duration."""
