"""The content of the sample zone, put in through the doors of the rooms."""
