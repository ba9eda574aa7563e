"""The pages of a firm's own appeals, and the one that tells everybody what appeals are."""
