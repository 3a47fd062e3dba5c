"""What an operator's command line does, a module for each matter."""
