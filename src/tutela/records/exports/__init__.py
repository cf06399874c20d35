"""What leaves the register as a file: permitted, marked, watermarked, and gone after its day."""
