"""What people type at the books."""
