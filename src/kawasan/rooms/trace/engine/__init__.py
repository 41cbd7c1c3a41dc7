"""Plain SQL, without Django: events are written in sets, and goods followed from batch to buyer."""
