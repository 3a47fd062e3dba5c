"""A roll file that an operator sends from a page: kept in pieces, then read, checked and compared by a job."""
