"""Alembic environment of identity."""

from services.identity.models import Base
from services.runtime.migration import run

run(Base.metadata)
