"""Finding papers: one query, one engine, one order for every outlet."""
