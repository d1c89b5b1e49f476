"""The instructor's tools: rules for sources, nbgrader's steps, the answer bank's runner and the kill matrix."""
