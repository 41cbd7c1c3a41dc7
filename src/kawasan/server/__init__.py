"""The Django project that mounts the rooms."""
