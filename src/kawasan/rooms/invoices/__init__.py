"""What a business bills: quotations, invoices, their payments, credit notes, and the tax invoices made of them."""
