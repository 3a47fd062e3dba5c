"""Texts that an operator writes and no programmer: Markdown files per voting event, read when a page is asked for."""
