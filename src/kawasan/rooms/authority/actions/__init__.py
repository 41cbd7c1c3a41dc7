"""The room's writes: what the follower takes, and whether the screen is public."""
