"""`make run` and its kin: makes `.venv`, runs PostgreSQL and keeps the portal's processes alive.

Standard library only: it is started by the system's Python before `.venv` exists.
"""
