"""A language model of the house behind the same interfaces: asked, checked, and never trusted."""
