"""What changes something in sensors."""
