"""Storages: in memory, in one SQLite file, and any blocking one for asyncio."""
