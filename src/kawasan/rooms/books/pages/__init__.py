"""The books' pages at the seller's desk."""
