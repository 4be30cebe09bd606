"""An index in memory over documents that a file describes, with their own names of goods, grades and towns."""
