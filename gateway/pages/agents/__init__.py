"""Pages of agents: operators, support cells, the board, observers. Each view declares the right that it asks for."""

from typing import Any

from flask import render_template

from gateway.edge import agent_session
from gateway.pages.agents import words


def page(template: str, **more: Any) -> str:
    """A page for an agent who is signed in."""
    return render_template(f"agents/{template}", agent=agent_session.state(), words=words, **more)
