"""Messages of agents: accounts, rights, journal, support of voters."""
