"""What production runs: processes, databases, images."""
