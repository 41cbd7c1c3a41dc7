"""Plain Python that every part shares: refusals, money, time, ids, paging. No Django here."""
