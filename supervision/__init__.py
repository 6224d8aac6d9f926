"""Runs a whole region on one machine: broker, Valkey, workers, view, HTTP service; restarts what dies.

Holds what starts, watches and ends processes; never anything about penalties, producers, consumers or commands.
"""
