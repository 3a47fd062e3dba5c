"""The API of operators' commands: each module adds its routes to one blueprint."""

from gateway.api.operators import ceremony, commands, condition, removals, texts, waiting_room

__all__ = ["blueprint", "ceremony", "commands", "condition", "removals", "texts", "waiting_room"]

blueprint = commands.blueprint
