"""Alembic environment of notification."""

from services.notification.models import Base
from services.runtime.migration import run

run(Base.metadata)
