"""Alembic environment of notification."""

from services.notification.models import Base
from services.runtime.storage.migration import run

run(Base.metadata)
