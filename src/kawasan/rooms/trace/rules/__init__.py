"""Pure decisions about identifiers, events and journeys."""
