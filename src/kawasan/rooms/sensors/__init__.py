"""Devices, readings, alarms, the clean city, machines."""
