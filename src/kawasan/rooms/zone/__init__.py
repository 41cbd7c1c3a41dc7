"""The zone: businesses, people, roles, consents, sectors, regions."""
