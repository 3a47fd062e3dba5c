"""How voters come: opening, spike, soak."""
