"""What is read in sensors."""
