"""Pure rules of sensors: messages, units, episodes, routes, effectiveness."""
