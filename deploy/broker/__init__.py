"""The message broker: a private RabbitMQ node for demonstrations and tests."""
