"""Pure decisions of the room: what a transfer counts as, how figures are grouped, how they are drawn."""
