"""« Mes clés »: a holder's page, and what its script exchanges with the portal. Keys and codes stay in the browser."""
