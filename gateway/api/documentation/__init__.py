"""The OpenAPI document, from what really runs."""
