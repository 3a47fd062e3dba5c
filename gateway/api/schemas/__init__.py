"""What the API accepts and answers. Unknown fields are refused (marshmallow's default, kept)."""
