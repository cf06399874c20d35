"""The invented country: a place to show everything on, and the tests' world. Nothing in it is real."""
