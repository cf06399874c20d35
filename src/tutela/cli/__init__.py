"""The command line: shows and accepts, decides nothing."""
