"""What crosses the door of sensors: values and refusals, by subject."""
