"""Pure calculation: arrays and frozen values in, immutable results out. No disk, network, clock or dice."""
