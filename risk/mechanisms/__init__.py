"""The five mechanisms. Each module is one pure step; none imports another (the engine hands them arrays)."""
