"""Appeals: the enterprise's pages; the desk's are in `desk`, figures and calendar in `office`."""
