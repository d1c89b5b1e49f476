"""What the course reads: texts, the tiny language and its stories, files from the network."""
