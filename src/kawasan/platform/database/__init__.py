"""Django's PostgreSQL backend, taught about zones (a schema each) and the application role."""
