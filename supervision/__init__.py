"""Runs a whole region on one machine: broker, Valkey, workers, view, HTTP service; restarts what dies.

Knows how processes live and die, and nothing of penalties.
"""
