"""Reverse stress: from what happens back to what must be assumed and strike for it to happen."""
