"""Actions about money that is paid directly to a shop."""
