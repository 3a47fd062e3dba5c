"""Alembic's entry for this service; the runtime does the work."""

from services.reassort.models import Base
from services.runtime.migration import run

run(Base.metadata)
