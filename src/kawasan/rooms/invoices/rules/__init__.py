"""Pure decisions: figures of a line, states, days, numbers, papers for programs."""
