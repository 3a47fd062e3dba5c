"""Telling people from programs: a code to copy from an image or a voice, or work that the browser does.

`challenge_field.py` is what forms use; which of the two they ask for is a setting.
"""
