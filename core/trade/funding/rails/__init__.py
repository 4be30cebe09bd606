"""Rails: the ways in which a buyer's money can come, which one each payment takes, and when it is safe to pass on."""
