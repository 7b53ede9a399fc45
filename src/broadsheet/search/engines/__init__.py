"""What answers questions: the embedded index, or a Qdrant cluster, behind one protocol."""
