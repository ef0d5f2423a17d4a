"""The answer: cover, summary, every probability and distribution."""
