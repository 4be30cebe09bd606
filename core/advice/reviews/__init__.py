"""Reviews that the two sides of a paid session write of each other: sealed, one tap, one public answer."""
