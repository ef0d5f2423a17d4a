"""Private credit: recoveries, waterfall, maturity wall, and the cascade to holders."""
