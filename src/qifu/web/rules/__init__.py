"""The pages of policy officers: the library, a policy before it is published, whom it reaches."""
