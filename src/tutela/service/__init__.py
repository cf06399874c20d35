"""Composition root of the web application: settings, root urls, WSGI. Nothing imports it."""
