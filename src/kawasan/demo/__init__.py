"""The sample zone: real listings, real places, buyers who keep buying."""
