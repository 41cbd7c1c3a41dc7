"""The living sample zone: real listings, real districts, real sector codes, real baskets, invented businesses."""
