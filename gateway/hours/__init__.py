"""Paris time and other clocks: dates in words, the countdown, hours overseas."""
