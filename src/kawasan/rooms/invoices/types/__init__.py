"""What crosses the door: customers, documents, payments, recurring invoices, tax invoices."""
