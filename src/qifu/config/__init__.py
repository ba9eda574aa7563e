"""One settings file, typed values from the environment, the addresses of the site."""
