"""Kubernetes manifests, made from docker-compose.yml: the same processes, settings and walls, on more than one machine."""
