"""Alembic environment of identity."""

from services.identity.models import Base
from services.runtime.storage.migration import run

run(Base.metadata)
