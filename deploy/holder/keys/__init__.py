"""A holder's keys: made on the holder's own device, kept in a file that the activation code seals, used at the tally."""
