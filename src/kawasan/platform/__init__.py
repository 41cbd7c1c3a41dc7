"""Django-side plumbing that knows no room."""
