"""What all tables of identity share, and the runtime's own tables among them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import DeclarativeBase

from services.runtime.bus.delivery_tables import delivery_tables
from services.runtime.integrity.seals import seal_table
from services.runtime.jobs.job_table import job_table


class Base(DeclarativeBase):
    """Identity's own metadata: services share no table."""


Number = BigInteger().with_variant(Integer, "sqlite")
"""A number that people quote; SQLite counts by itself only in columns of its own integer type."""

outbox, inbox, commands, processes = delivery_tables(Base.metadata)
jobs = job_table(Base.metadata)
seals = seal_table(Base.metadata)
