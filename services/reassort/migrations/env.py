"""Alembic's entry for this service; the runtime does the work."""

from services.reassort.models import Base
from services.runtime.storage.migration import run

run(Base.metadata)
