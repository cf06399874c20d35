"""What all areas share: the frame of a page, the reader, problems as pages, words, figures."""
