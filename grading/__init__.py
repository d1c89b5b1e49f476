"""The instructor's tools: rules for exercise sources, nbgrader's steps, the answer bank's runner and the kill matrix."""
