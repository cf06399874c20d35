"""TUTELA_HOME and the artifacts in it, addressed by the digest of their content."""
