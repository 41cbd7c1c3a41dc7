"""What crosses the door of the books: accounts, entries and statements, taxes, invoices."""
