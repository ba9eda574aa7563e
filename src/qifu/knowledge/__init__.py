"""Knowledge: answers that officers stand by, the statutes they cite, and search over both."""
