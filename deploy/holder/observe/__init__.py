"""`isoloir observe`: whoever likes follows the public chains of a portal from a machine of their own (C11)."""
