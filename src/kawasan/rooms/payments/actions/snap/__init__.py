"""Providers that speak SNAP BI: the client, what is asked of them, what they tell, and comparing the books."""
