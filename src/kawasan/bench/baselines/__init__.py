"""What our figures are compared with, each a program of its own that prints its orders a second."""
