"""Runs a load test: starts Locust, watches the processes, looks into urn and poll book afterwards."""
