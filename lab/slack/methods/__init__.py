"""The methods of the Web API, sorted by family: each has the shape of its arguments and a function."""
