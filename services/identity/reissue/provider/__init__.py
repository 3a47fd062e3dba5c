"""Identity proved by an OpenID Connect provider such as FranceConnect, in place of the answer to the challenge (A11)."""
