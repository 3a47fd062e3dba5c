"""Who may have another voting code, how often, and how it is proved (D3 to D7)."""
