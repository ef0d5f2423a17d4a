"""Results as tables and charts, and the renderers that show them."""
