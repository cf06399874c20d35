"""The words everyone shares: Problem, Estimate, Period, Place, digests, Manifest, Accounting, Marking."""
