"""What to watch: tripwires registered before their dates, and what readings since the base date say."""
