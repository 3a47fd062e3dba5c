"""What the services' contracts are written with: messages, kinds of fields, problems, methods, clients, events."""
