"""The product: one folder, one Django app, one shape per room."""
