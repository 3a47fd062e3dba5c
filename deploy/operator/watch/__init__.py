"""How the whole stands: signs of life, diagnosis, logs."""
