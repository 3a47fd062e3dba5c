"""Whether the portal works, for supervisors."""
