"""A small shop that sells tea and takes Amazon Pay."""
