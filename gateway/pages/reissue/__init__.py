"""Another voting code: « Demande d'un nouvel identifiant électeur » (2018), question, link and code (2022)."""
