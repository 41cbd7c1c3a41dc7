"""Pure decisions of the books: taxes, journal, statements."""
