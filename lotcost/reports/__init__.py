"""One report object for every face."""
