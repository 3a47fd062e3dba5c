"""One database per service: engine, transactions, migrations."""
